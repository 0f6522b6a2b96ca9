namespace Microsoft.DurableTask;

/// <summary>Decides whether a failed task is tried again at once.</summary>
/// <param name="retryContext">What happened.</param>
/// <returns>Whether to try again.</returns>
public delegate bool RetryHandler(RetryContext retryContext);

/// <summary>Decides whether a failed task is tried again; may wait on durable timers before it answers.</summary>
/// <param name="retryContext">What happened.</param>
/// <returns>Whether to try again.</returns>
public delegate Task<bool> AsyncRetryHandler(RetryContext retryContext);

namespace Microsoft.DurableTask;

/// <summary>How an activity or a sub-orchestration is called.</summary>
public record TaskOptions
{
    /// <summary>Makes options.</summary>
    /// <param name="retry">How to retry; by default not at all.</param>
    public TaskOptions(TaskRetryOptions? retry)
        : this(retry, null)
    {
    }

    /// <summary>Makes options.</summary>
    /// <param name="retry">How to retry; by default not at all.</param>
    /// <param name="tags">Tags of the task.</param>
    public TaskOptions(TaskRetryOptions? retry = null, IDictionary<string, string>? tags = null)
    {
        Retry = retry;
        Tags = tags;
    }

    /// <summary>Makes a copy.</summary>
    /// <param name="options">What to copy.</param>
    public TaskOptions(TaskOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Retry = options.Retry;
        Tags = options.Tags;
        Version = options.Version;
    }

    /// <summary>How to retry; <see langword="null"/> for not at all.</summary>
    public TaskRetryOptions? Retry { get; init; }

    /// <summary>Tags of the task.</summary>
    public IDictionary<string, string>? Tags { get; init; }

    /// <summary>The version to call; by default an activity is called with its orchestration's version.</summary>
    public TaskVersion? Version { get; init; }

    /// <summary>Options from a policy.</summary>
    /// <param name="policy">The policy.</param>
    /// <returns>The options.</returns>
    public static TaskOptions FromRetryPolicy(RetryPolicy policy) => new(TaskRetryOptions.FromRetryPolicy(policy));

    /// <summary>Options from a handler.</summary>
    /// <param name="handler">The handler.</param>
    /// <returns>The options.</returns>
    public static TaskOptions FromRetryHandler(AsyncRetryHandler handler) => new(TaskRetryOptions.FromRetryHandler(handler));

    /// <summary>Options from a handler.</summary>
    /// <param name="handler">The handler.</param>
    /// <returns>The options.</returns>
    public static TaskOptions FromRetryHandler(RetryHandler handler) => new(TaskRetryOptions.FromRetryHandler(handler));

    /// <summary>The same options for a sub-orchestration of a given id.</summary>
    /// <param name="instanceId">The id.</param>
    /// <returns>The options.</returns>
    public SubOrchestrationOptions WithInstanceId(string instanceId) => new(this, instanceId);
}

namespace ComputeHorde.Durable.Runs;

/// <summary>A run that was started, now or by an earlier call.</summary>
/// <param name="Id">Its name.</param>
public sealed record StartedRun(string Id);

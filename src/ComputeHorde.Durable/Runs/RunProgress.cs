using ComputeHorde.Durable.Streaming;

namespace ComputeHorde.Durable.Runs;

/// <summary>The custom status of a run: what it is doing now.</summary>
/// <param name="Attempt">The attempt under way, counted from 1.</param>
/// <param name="MaxAttempts">How many there may be.</param>
/// <param name="Phase"><c>creating</c>, <c>waiting</c>, <c>backing_off</c>, <c>storing</c> or <c>validating</c>.</param>
/// <param name="JobUuid">The job of this attempt, once it exists.</param>
/// <param name="Status">Its newest status.</param>
/// <param name="Since">When it took that status, UTC.</param>
public sealed record RunProgress(int Attempt, int MaxAttempts, string Phase, string? JobUuid, string? Status, DateTimeOffset? Since)
{
    /// <summary>What went wrong last: the failure of the attempt before, or why a creation waits.</summary>
    public string? Note { get; init; }

    /// <summary>Where a streaming job serves, while it does.</summary>
    public StreamingEndpoint? Streaming { get; init; }
}

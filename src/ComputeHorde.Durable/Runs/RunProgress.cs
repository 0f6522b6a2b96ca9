using ComputeHorde.Durable.Limits;
using ComputeHorde.Durable.Streaming;

namespace ComputeHorde.Durable.Runs;

/// <summary>The custom status of a run: what it is doing now.</summary>
/// <param name="Attempt">The attempt under way, counted from 1 over those that were paid for; 0 before the first.</param>
/// <param name="MaxAttempts">How many there may be; 0 for as many as the time allows.</param>
/// <param name="Phase">One of <see cref="RunPhases"/>.</param>
/// <param name="JobUuid">The job of this attempt, once it exists.</param>
/// <param name="Since">When it took that status, UTC.</param>
internal sealed record RunProgress(int Attempt, int MaxAttempts, string Phase, string? JobUuid, string? Status, DateTimeOffset? Since)
{
    /// <summary>What went wrong last: the failure of the attempt before, or who does not answer.</summary>
    public string? Note { get; init; }

    /// <summary>How long the run has waited for room, and how often it was turned away; null when it does not.</summary>
    public CapacityWait? Capacity { get; init; }

    /// <summary>The number of the attempt in tags and paths; turned-away ones count here.</summary>
    public int Number { get; init; }

    /// <summary>The attempts so far, as far as they have jobs, with every status seen; of many, the last few. Null in lists.</summary>
    public IReadOnlyList<AttemptOutcome>? Attempts { get; init; }

    /// <summary>Where a streaming job serves, while it does.</summary>
    public StreamingEndpoint? Streaming { get; init; }
}

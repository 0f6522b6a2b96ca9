using ComputeHorde.Durable.Streaming;

namespace ComputeHorde.Durable.Runs;

/// <summary>
/// What an orchestrator is told about a job: the payload of the external event <c>JobUpdated</c>. Never holds output or secrets.
/// </summary>
/// <param name="JobUuid">The job, as the facilitator names it.</param>
/// <param name="Attempt">The attempt that bought it, counted from 1.</param>
/// <param name="History">Every status so far, oldest first.</param>
/// <param name="Failure">Why it failed; null while it runs and when it completed.</param>
internal sealed record JobUpdate(string JobUuid, int Attempt, IReadOnlyList<StatusChange> History, JobFailure? Failure)
{
    /// <summary>The name of the external event.</summary>
    public const string EventName = "JobUpdated";

    /// <summary>Where a streaming job serves, while it does (protocol 6.6).</summary>
    public StreamingEndpoint? Streaming { get; init; }

    /// <summary>What the job is run on, when that is not ComputeHorde; polls do not repeat it.</summary>
    public FallbackTerms? Fallback { get; init; }

    /// <summary>Says that the facilitator no longer has the job.</summary>
    internal static JobUpdate Gone(string jobUuid, int attempt) =>
        new(
            jobUuid,
            attempt,
            [],
            new JobFailure(FailureClasses.Lost, "gone", "The facilitator no longer has the job; it keeps jobs for 7 days.")
        );

    public bool IsCompleted { get; init; }

    /// <summary>
    /// Whether it was rejected before anybody took it (busy, no miner, no allowance): nothing was paid, and it may be taken later.
    /// </summary>
    public bool IsTurnedAway { get; init; }

    /// <summary>Whether the job goes on although its validator has given up waiting for it.</summary>
    public bool MayStillComplete { get; init; }

    /// <summary>Whether the job has ended, well or not.</summary>
    public bool HasEnded => IsCompleted || Failure is not null;

    /// <summary>Whether nothing more can come of the job.</summary>
    public bool IsFinal => HasEnded && !MayStillComplete;
}

namespace ComputeHorde.Durable.Runs;

/// <summary>One attempt of a run: at most one paid job.</summary>
/// <param name="Number">Counted from 1.</param>
/// <param name="JobUuid">The job; null when none is known.</param>
/// <param name="CreatedAt">When the facilitator stored the job, UTC.</param>
/// <param name="History">The statuses seen, oldest first.</param>
/// <param name="Failure">Why it did not complete; null when it did or when it was not waited for.</param>
/// <param name="ExecutorSeconds">Seconds from <c>accepted</c> to the last status seen.</param>
internal sealed record AttemptOutcome(
    int Number,
    string? JobUuid,
    DateTimeOffset? CreatedAt,
    IReadOnlyList<StatusChange> History,
    JobFailure? Failure,
    double ExecutorSeconds
)
{
    /// <summary>Where it was executed when that was on fallback, and for how much; null for ComputeHorde.</summary>
    public FallbackTerms? Fallback { get; init; }
}

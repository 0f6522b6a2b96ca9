namespace ComputeHorde.Durable.Runs;

/// <summary>What was seen.</summary>
/// <param name="Update">The job; null when it is gone or nobody could be asked.</param>
/// <param name="IsGone">Whether the facilitator no longer knows it (it keeps jobs for 7 days).</param>
/// <param name="Problem">Why nobody could be asked; null when somebody was.</param>
internal sealed record LookAtJobOutcome(JobUpdate? Update, bool IsGone, string? Problem)
{
    /// <summary>The facilitator's clock, which the job's own times are by, less this machine's; null when nothing is known of it.</summary>
    public TimeSpan? ClockOffset { get; init; }
}

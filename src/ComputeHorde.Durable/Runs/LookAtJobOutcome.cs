namespace ComputeHorde.Durable.Runs;

/// <summary>What was seen.</summary>
/// <param name="Update">The job; null when it is gone or when nobody could be asked.</param>
/// <param name="IsGone">Whether the facilitator no longer knows it (it keeps jobs for 7 days).</param>
public sealed record LookAtJobOutcome(JobUpdate? Update, bool IsGone);

namespace ComputeHorde.Durable.Schedules;

/// <summary>A run or a batch that a schedule has started.</summary>
/// <param name="Run">Its name: the schedule's and the time of the occurrence.</param>
/// <param name="At">The occurrence, without jitter, UTC.</param>
internal sealed record ScheduledRun(string Run, DateTimeOffset At)
{
    public bool IsBatch { get; init; }

    /// <summary>How it ended; null while it runs.</summary>
    public string? Status { get; init; }
}

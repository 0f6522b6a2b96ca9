namespace ComputeHorde.Durable.Runs;

/// <summary>The values of <see cref="RunOutcome.Status"/>.</summary>
internal static class RunStatuses
{
    /// <summary>A job completed and its result is stored.</summary>
    public const string Completed = "completed";

    /// <summary>No attempt completed and no further one is worth it.</summary>
    public const string Failed = "failed";

    /// <summary>The caller's time-out ended the run.</summary>
    public const string TimedOut = "timed_out";

    /// <summary>The caller cancelled the run; a job that was running runs to its limits.</summary>
    public const string Cancelled = "cancelled";

    public static string Of(RunEnd end) =>
        end switch
        {
            RunEnd.Completed => Completed,
            RunEnd.Cancelled => Cancelled,
            RunEnd.TimedOut => TimedOut,
            _ => Failed,
        };
}

using ComputeHorde.Durable.Runs;

namespace ComputeHorde.Durable.Schedules;

/// <summary>What a run that a schedule has started says of the horde.</summary>
internal static class HordeStates
{
    /// <summary>The job completed.</summary>
    public const string Healthy = "healthy";

    /// <summary>Nobody has room.</summary>
    public const string Busy = "busy";

    /// <summary>The job did not complete, for whatever reason.</summary>
    public const string Down = "down";

    /// <summary>What the gauge shows.</summary>
    public static int ValueOf(string state) =>
        state switch
        {
            Healthy => 2,
            Busy => 1,
            _ => 0,
        };

    /// <summary>What a run says; null when it says nothing (yet), or was cancelled.</summary>
    public static string? Of(RunView? run) =>
        run switch
        {
            null => null,
            { Outcome: null, Error: null } => run.Progress?.Phase == RunPhases.WaitingForCapacity ? Busy : null,
            { Outcome.Status: RunStatuses.Completed } => Healthy,
            { Outcome.Status: RunStatuses.Cancelled } => null,
            { Outcome.Failure.Class: FailureClasses.Rejected } => Busy,
            _ => Down,
        };
}

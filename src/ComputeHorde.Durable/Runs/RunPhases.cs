namespace ComputeHorde.Durable.Runs;

/// <summary>The values of <see cref="RunProgress.Phase"/>.</summary>
internal static class RunPhases
{
    /// <summary>The run waits for a place in its namespace.</summary>
    public const string WaitingForPlace = "waiting_for_place";

    /// <summary>The job is being bought.</summary>
    public const string Creating = "creating";

    /// <summary>The job is under way.</summary>
    public const string Waiting = "waiting";

    /// <summary>Nobody had room for the job; it is offered again after a pause. Nothing is paid.</summary>
    public const string WaitingForCapacity = "waiting_for_capacity";

    /// <summary>An attempt failed; the next one follows after a pause.</summary>
    public const string BackingOff = "backing_off";

    /// <summary>The job has ended; its result is being stored.</summary>
    public const string Storing = "storing";

    /// <summary>Every phase.</summary>
    public static readonly IReadOnlyList<string> All = [WaitingForPlace, Creating, Waiting, WaitingForCapacity, BackingOff, Storing];
}

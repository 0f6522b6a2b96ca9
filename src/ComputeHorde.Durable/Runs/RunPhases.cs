namespace ComputeHorde.Durable.Runs;

/// <summary>The values of <see cref="RunProgress.Phase"/>.</summary>
public static class RunPhases
{
    /// <summary>The job is being bought.</summary>
    public const string Creating = "creating";

    /// <summary>The job is under way.</summary>
    public const string Waiting = "waiting";

    /// <summary>An attempt failed; the next one follows after a pause.</summary>
    public const string BackingOff = "backing_off";

    /// <summary>The job has ended; its result is being stored.</summary>
    public const string Storing = "storing";

    /// <summary>The result is stored; it is being checked on the trusted miner.</summary>
    public const string Validating = "validating";
}

namespace ComputeHorde.Fallback;

/// <summary>What a provider says of a machine.</summary>
public enum MachineState
{
    /// <summary>It exists; more is not known.</summary>
    Unknown,

    /// <summary>It is being made, or pulls its image.</summary>
    Starting,

    /// <summary>Its container has started.</summary>
    Running,

    /// <summary>It will not run (again): ended, stopped or broken.</summary>
    Ended,
}

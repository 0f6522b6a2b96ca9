using ComputeHorde.Simulation.World;

namespace ComputeHorde.Simulation.Workloads;

/// <summary>What one caller wants.</summary>
internal abstract record Plan(string Id)
{
    public TimeSpan StartsAfter { get; init; }

    /// <summary>The servers that are told of what this caller wants.</summary>
    public abstract IEnumerable<HookPlan> Hooks { get; }

    /// <summary>Lives what the caller does and sees, until all that it asked for has ended.</summary>
    public abstract Task LiveAsync(Life life);
}

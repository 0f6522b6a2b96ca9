using ComputeHorde.Simulation.Workloads;
using ComputeHorde.Simulation.World;

namespace ComputeHorde.Simulation.Histories;

/// <summary>Keeps the histories of all that is under way at one moment.</summary>
internal sealed record Snapshot(TimeSpan At) : Plan($"snapshot-{At.TotalSeconds:0}")
{
    public override IEnumerable<HookPlan> Hooks => [];

    public override async Task LiveAsync(Life life)
    {
        await life.Time.Delay(At);
        foreach (var id in life.InstancesUnderWay())
        {
            life.Observer.Snapshots[$"{id} after {At.TotalSeconds:0} s"] = life.Engine.Hub.ExportHistory(id)!;
        }
    }
}

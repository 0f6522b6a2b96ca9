using Microsoft.DurableTask.Worker;

namespace ComputeHorde.DurableTask.Sqlite;

/// <summary>What a hub runs.</summary>
/// <param name="Tasks">The orchestrators and activities.</param>
/// <param name="Options">The settings of the worker.</param>
internal sealed record TaskHubWorker(VersionedTasks Tasks, DurableTaskWorkerOptions Options)
{
    /// <summary>Adds properties to failures; null when there is none.</summary>
    public IExceptionPropertiesProvider? Properties { get; init; }

    /// <summary>Says which orchestrations run here; null for all.</summary>
#pragma warning disable CS0618 // Experimental, and part of the worker's options all the same.
    public IOrchestrationFilter? Filter { get; init; }
#pragma warning restore CS0618

    /// <summary>Runs nothing.</summary>
    public static TaskHubWorker None { get; } = new(VersionedTasks.Of(_ => { }), new DurableTaskWorkerOptions());
}

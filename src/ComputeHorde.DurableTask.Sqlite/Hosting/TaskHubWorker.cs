using Microsoft.DurableTask.Worker;

namespace ComputeHorde.DurableTask.Sqlite;

/// <summary>What a hub runs.</summary>
/// <param name="Tasks">The orchestrators and activities.</param>
/// <param name="Options">The settings of the worker.</param>
/// <param name="Properties">Adds properties to failures; null when there is none.</param>
internal sealed record TaskHubWorker(VersionedTasks Tasks, DurableTaskWorkerOptions Options, IExceptionPropertiesProvider? Properties)
{
    /// <summary>Runs nothing.</summary>
    public static TaskHubWorker None { get; } = new(VersionedTasks.Of(_ => { }), new DurableTaskWorkerOptions(), null);
}

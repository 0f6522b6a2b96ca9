using ComputeHorde.DurableTask.Sqlite;
using ComputeHorde.DurableTask.Sqlite.Storage;
using ComputeHorde.Simulation.Chaos;
using ComputeHorde.Simulation.World;

namespace ComputeHorde.Simulation.Seams;

/// <summary>The way from one life of the engine to its store, which outlives it.</summary>
internal sealed class EngineSeam(Engine engine, IDurableStore store) : IDurableStore
{
    public long Commits => store.Commits;

    public StoreBounds Open() => store.Open();

    public void Commit(Action<IStoreTransaction> writes)
    {
        if (engine.IsDead)
        {
            throw new DurableStoreException("The process has died.");
        }

        var fault = engine.Draw(out var call);
        if (fault == FaultKind.DeathBefore)
        {
            engine.World.KillProcess(call);
            throw new DurableStoreException("The process died before the commit.");
        }

        store.Commit(writes);
        if (fault == FaultKind.DeathAfter)
        {
            engine.World.KillProcess(call);
            throw new DurableStoreException("The process died after the commit.");
        }
    }

    public StoredInstance? Find(string instanceId) => store.Find(instanceId);

    public List<byte[]> ReadHistory(InstanceRow row) => store.ReadHistory(row);

    public List<StoredWork> FindWork() => store.FindWork();

    public List<(StoredMessage Message, string? InstanceId)> ReadMessages() => store.ReadMessages();

    public InstancePage Query(InstanceFilter filter) => store.Query(filter);

    public List<StoredInstance> FindChildren(long parentKey) => store.FindChildren(parentKey);

    public List<(string InstanceId, long CompletedAt, long Key)> QueryFinished(FinishedFilter filter) => store.QueryFinished(filter);

    public void Dispose() => store.Dispose();
}

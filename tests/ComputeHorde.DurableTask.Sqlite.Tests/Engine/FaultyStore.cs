using ComputeHorde.DurableTask.Sqlite.Storage;

namespace ComputeHorde.DurableTask.Sqlite.Tests.Engine;

/// <summary>What happens to one write.</summary>
internal enum Fault
{
    None,

    /// <summary>The store throws; the host lives on.</summary>
    Fail,

    /// <summary>The host is gone: nothing it does from now on has an effect.</summary>
    Crash,
}

/// <summary>
/// A store that fails or crashes before or after single writes: each statement of a transaction, and its commit. A failure
/// after the commit leaves the writes in place, as a lost answer does.
/// </summary>
internal sealed class FaultyStore(IDurableStore inner, Func<string, Fault> next) : IDurableStore
{
    public const string Reading = "reading ";

    private volatile bool _crashed;

    /// <summary>Completed when the store crashes.</summary>
    public TaskCompletionSource Crashed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long Commits => inner.Commits;

    public StoreBounds Open() => inner.Open();

    public void Commit(Action<IStoreTransaction> writes)
    {
        Meet("before the transaction");
        inner.Commit(transaction =>
        {
            writes(new FaultyTransaction(this, transaction));
            Meet("before the commit");
        });
        Meet("after the commit");
    }

    public StoredInstance? Find(string instanceId)
    {
        // Only for tests that name it: other faults are counted in writes.
        if (next(Reading + instanceId) == Fault.Fail)
        {
            throw new DurableStoreException("Injected failure of a read.");
        }

        return inner.Find(instanceId);
    }

    public List<byte[]> ReadHistory(InstanceRow row) => inner.ReadHistory(row);

    public List<StoredWork> FindWork() => inner.FindWork();

    public List<(StoredMessage Message, string? InstanceId)> ReadMessages() => inner.ReadMessages();

    public InstancePage Query(InstanceFilter filter) => inner.Query(filter);

    public List<StoredInstance> FindChildren(long parentKey) => inner.FindChildren(parentKey);

    public List<(string InstanceId, long CompletedAt, long Key)> QueryFinished(FinishedFilter filter) => inner.QueryFinished(filter);

    public void Dispose() => inner.Dispose();

    private void Meet(string place)
    {
        if (_crashed)
        {
            throw new IOException("The host has crashed.");
        }

        switch (next(place))
        {
            case Fault.Fail:
                throw new IOException($"Injected failure {place}.");
            case Fault.Crash:
                _crashed = true;
                Crashed.TrySetResult();
                throw new IOException($"Injected crash {place}.");
            default:
                break;
        }
    }

    private sealed class FaultyTransaction(FaultyStore store, IStoreTransaction inner) : IStoreTransaction
    {
        public void AddInstance(InstanceRow row, InstanceState state, ReadOnlySpan<byte> firstTurn)
        {
            store.Meet("before adding an instance");
            inner.AddInstance(row, state, firstTurn);
            store.Meet("after adding an instance");
        }

        public void AddTurn(InstanceRow row, ReadOnlySpan<byte> turn)
        {
            store.Meet("before adding a turn");
            inner.AddTurn(row, turn);
            store.Meet("after adding a turn");
        }

        public void SaveState(InstanceRow row, InstanceState state)
        {
            store.Meet("before saving a state");
            inner.SaveState(row, state);
            store.Meet("after saving a state");
        }

        public void StartOver(InstanceRow row, InstanceState state)
        {
            store.Meet("before starting over");
            inner.StartOver(row, state);
            store.Meet("after starting over");
        }

        public void AddMessage(StoredMessage message)
        {
            store.Meet("before adding a message");
            inner.AddMessage(message);
            store.Meet("after adding a message");
        }

        public void DeleteMessage(long id)
        {
            store.Meet("before deleting a message");
            inner.DeleteMessage(id);
            store.Meet("after deleting a message");
        }

        public void DeleteInstance(InstanceRow row)
        {
            store.Meet("before deleting an instance");
            inner.DeleteInstance(row);
            store.Meet("after deleting an instance");
        }
    }
}

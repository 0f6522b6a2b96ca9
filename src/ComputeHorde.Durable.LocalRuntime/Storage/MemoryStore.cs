namespace ComputeHorde.Durable.LocalRuntime.Storage;

/// <summary>Keeps everything in memory. What it holds survives a hub, so that a test can start the next one on it.</summary>
internal sealed class MemoryStore : IDurableStore, IStoreTransaction
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<long, Entry> instances = [];
    private readonly Dictionary<string, Entry> byId = [];
    private readonly SortedDictionary<long, StoredMessage> messages = [];
    private readonly List<Action> undo = [];
    private bool isOpen;
    private StoreBounds bounds;

    public long Commits { get; private set; }

    public StoreBounds Open()
    {
        lock (gate)
        {
            if (isOpen)
            {
                throw new DurableStoreException("The in-memory store is in use by another host.");
            }

            isOpen = true;
            return bounds;
        }
    }

    public void Commit(Action<IStoreTransaction> writes)
    {
        lock (gate)
        {
            try
            {
                writes(this);
                Commits++;
            }
            catch
            {
                for (var i = undo.Count - 1; i >= 0; i--)
                {
                    undo[i]();
                }

                throw;
            }
            finally
            {
                undo.Clear();
            }
        }
    }

    public StoredInstance? Find(string instanceId)
    {
        lock (gate)
        {
            return byId.TryGetValue(instanceId, out var entry) ? new StoredInstance(entry.Row, entry.State) : null;
        }
    }

    public List<byte[]> ReadHistory(InstanceRow row)
    {
        lock (gate)
        {
            return instances.TryGetValue(row.Key, out var entry) ? [.. entry.History] : [];
        }
    }

    public List<StoredWork> FindWork()
    {
        lock (gate)
        {
            return
            [
                .. instances.Values
                    .Where(entry => !entry.State.IsOver)
                    .Where(entry => entry.State.Turns == 0 || entry.State.WakeAt is not null || entry.State.HasOpenActivities)
                    .Select(entry => new StoredWork(entry.Row.InstanceId, entry.State.HasOpenActivities ? null : entry.State.WakeAt)),
            ];
        }
    }

    public List<(StoredMessage Message, string? InstanceId)> ReadMessages()
    {
        lock (gate)
        {
            return
            [
                .. messages.Values.Select(message => (message, instances.TryGetValue(message.Target, out var entry) && !entry.State.IsOver
                    ? entry.Row.InstanceId
                    : null)),
            ];
        }
    }

    public List<StoredInstance> Query(InstanceFilter filter)
    {
        lock (gate)
        {
            return
            [
                .. instances.Values
                    .Where(entry => filter.Matches(entry.Row, entry.State))
                    .Take(filter.Limit)
                    .Select(entry => new StoredInstance(entry.Row, entry.State)),
            ];
        }
    }

    public List<StoredInstance> FindChildren(long parentKey)
    {
        lock (gate)
        {
            return
            [
                .. instances.Values
                    .Where(entry => entry.Row.Parent?.Key == parentKey)
                    .Select(entry => new StoredInstance(entry.Row, entry.State)),
            ];
        }
    }

    public List<(string InstanceId, long CompletedAt, long Key)> QueryFinished(FinishedFilter filter)
    {
        lock (gate)
        {
            return
            [
                .. instances.Values
                    .Where(entry => entry.State.CompletedAt is { } at
                        && (at, entry.Row.Key).CompareTo(filter.After) > 0
                        && (filter.CompletedFrom is null || at >= filter.CompletedFrom)
                        && (filter.CompletedTo is null || at <= filter.CompletedTo)
                        && (filter.Statuses is null || filter.Statuses.Contains(entry.State.Status)))
                    .OrderBy(entry => (entry.State.CompletedAt!.Value, entry.Row.Key))
                    .Take(filter.Limit)
                    .Select(entry => (entry.Row.InstanceId, entry.State.CompletedAt!.Value, entry.Row.Key)),
            ];
        }
    }

    /// <summary>Gives the store free for the next host.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            isOpen = false;
        }
    }

    void IStoreTransaction.AddInstance(InstanceRow row, InstanceState state, ReadOnlySpan<byte> firstTurn)
    {
        var entry = new Entry(row, state);
        if (!firstTurn.IsEmpty)
        {
            entry.History.Add(firstTurn.ToArray());
        }

        byId.Add(row.InstanceId, entry);
        instances.Add(row.Key, entry);
        bounds = bounds with { InstanceKey = Math.Max(bounds.InstanceKey, row.Key) };
        undo.Add(() =>
        {
            byId.Remove(row.InstanceId);
            instances.Remove(row.Key);
        });
    }

    void IStoreTransaction.AddTurn(InstanceRow row, ReadOnlySpan<byte> turn)
    {
        var history = instances[row.Key].History;
        history.Add(turn.ToArray());
        undo.Add(() => history.RemoveAt(history.Count - 1));
    }

    void IStoreTransaction.SaveState(InstanceRow row, InstanceState state)
    {
        var entry = instances[row.Key];
        var before = entry.State;
        entry.State = state;
        undo.Add(() => entry.State = before);
    }

    void IStoreTransaction.StartOver(InstanceRow row, InstanceState state)
    {
        var entry = instances[row.Key];
        var (rowBefore, stateBefore, historyBefore) = (entry.Row, entry.State, entry.History);
        (entry.Row, entry.State, entry.History) = (row, state, []);
        undo.Add(() => (entry.Row, entry.State, entry.History) = (rowBefore, stateBefore, historyBefore));
    }

    void IStoreTransaction.AddMessage(StoredMessage message)
    {
        messages.Add(message.Id, message);
        bounds = bounds with { MessageId = Math.Max(bounds.MessageId, message.Id) };
        undo.Add(() => messages.Remove(message.Id));
    }

    void IStoreTransaction.DeleteMessage(long id)
    {
        if (messages.Remove(id, out var message))
        {
            undo.Add(() => messages.Add(id, message));
        }
    }

    void IStoreTransaction.DeleteInstance(InstanceRow row)
    {
        if (instances.Remove(row.Key, out var entry))
        {
            byId.Remove(entry.Row.InstanceId);
            undo.Add(() =>
            {
                instances.Add(row.Key, entry);
                byId.Add(entry.Row.InstanceId, entry);
            });
        }
    }

    private sealed class Entry(InstanceRow row, InstanceState state)
    {
        public InstanceRow Row { get; set; } = row;

        public InstanceState State { get; set; } = state;

        public List<byte[]> History { get; set; } = [];
    }
}

namespace ComputeHorde.DurableTask.Sqlite.Storage;

/// <summary>Keeps everything in memory. What it holds survives a hub, so that a test can start the next one on it.</summary>
internal sealed class MemoryStore : IDurableStore, IStoreTransaction
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, Entry> _instances = [];
    private readonly SortedSet<(long CreatedAt, long Key)> _byCreation = [];
    private readonly Dictionary<string, Entry> _byId = [];
    private readonly SortedDictionary<long, StoredMessage> _messages = [];
    private readonly List<Action> _undo = [];
    private bool _isOpen;
    private StoreBounds _bounds;

    public long Commits { get; private set; }

    public StoreBounds Open()
    {
        lock (_gate)
        {
            if (_isOpen)
            {
                throw new DurableStoreException("The in-memory store is in use by another host.");
            }

            _isOpen = true;
            return _bounds;
        }
    }

    public void Commit(Action<IStoreTransaction> writes)
    {
        lock (_gate)
        {
            try
            {
                writes(this);
                Commits++;
            }
            catch
            {
                for (var i = _undo.Count - 1; i >= 0; i--)
                {
                    _undo[i]();
                }

                throw;
            }
            finally
            {
                _undo.Clear();
            }
        }
    }

    public StoredInstance? Find(string instanceId)
    {
        lock (_gate)
        {
            return _byId.TryGetValue(instanceId, out var entry) ? new StoredInstance(entry.Row, entry.State) : null;
        }
    }

    public List<byte[]> ReadHistory(InstanceRow row)
    {
        lock (_gate)
        {
            return _instances.TryGetValue(row.Key, out var entry) ? [.. entry.History] : [];
        }
    }

    public List<StoredWork> FindWork()
    {
        lock (_gate)
        {
            return
            [
                .. _instances
                    .Values.Where(entry => !entry.State.IsOver)
                    .Where(entry => entry.State.Turns == 0 || entry.State.WakeAt is not null || entry.State.HasOpenActivities)
                    .Select(entry => new StoredWork(
                        entry.Row.InstanceId,
                        entry.State.HasOpenActivities ? null : entry.State.WakeAt,
                        entry.State.UpdatedAt
                    )),
            ];
        }
    }

    public List<(StoredMessage Message, string? InstanceId)> ReadMessages()
    {
        lock (_gate)
        {
            return
            [
                .. _messages.Values.Select(message =>
                    (message, _instances.TryGetValue(message.Target, out var entry) && !entry.State.IsOver ? entry.Row.InstanceId : null)
                ),
            ];
        }
    }

    public InstancePage Query(InstanceFilter filter)
    {
        lock (_gate)
        {
            return InstancePage.Of(
                [
                    .. (filter.IsByName ? ByName(filter) : ByCreation(filter))
                        .Where(entry => filter.Matches(entry.Row, entry.State))
                        .Take(filter.Limit < int.MaxValue ? filter.Limit + 1 : filter.Limit)
                        .Select(entry => new StoredInstance(entry.Row, entry.State)),
                ],
                filter,
                end: null
            );
        }
    }

    public List<StoredInstance> FindChildren(long parentKey)
    {
        lock (_gate)
        {
            return
            [
                .. _instances
                    .Values.Where(entry => entry.Row.Parent?.Key == parentKey)
                    .Select(entry => new StoredInstance(entry.Row, entry.State)),
            ];
        }
    }

    public List<(string InstanceId, long CompletedAt, long Key)> QueryFinished(FinishedFilter filter)
    {
        lock (_gate)
        {
            return
            [
                .. _instances
                    .Values.Where(entry =>
                        entry.State.CompletedAt is { } at
                        && (at, entry.Row.Key).CompareTo(filter.After) > 0
                        && (filter.CompletedFrom is null || at >= filter.CompletedFrom)
                        && (filter.CompletedTo is null || at <= filter.CompletedTo)
                        && (filter.Statuses is null || filter.Statuses.Contains(entry.State.Status))
                    )
                    .OrderBy(entry => (entry.State.CompletedAt!.Value, entry.Row.Key))
                    .Take(filter.Limit)
                    .Select(entry => (entry.Row.InstanceId, entry.State.CompletedAt!.Value, entry.Row.Key)),
            ];
        }
    }

    /// <summary>Gives the store free for the next host.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isOpen = false;
        }
    }

    void IStoreTransaction.AddInstance(InstanceRow row, InstanceState state, ReadOnlySpan<byte> firstTurn)
    {
        var entry = new Entry(row, state);
        if (!firstTurn.IsEmpty)
        {
            entry.History.Add(firstTurn.ToArray());
        }

        _byId.Add(row.InstanceId, entry);
        _instances.Add(row.Key, entry);
        _byCreation.Add((row.CreatedAt, row.Key));
        _bounds = _bounds with { InstanceKey = Math.Max(_bounds.InstanceKey, row.Key) };
        _undo.Add(() =>
        {
            _byId.Remove(row.InstanceId);
            _byCreation.Remove((row.CreatedAt, row.Key));
            _instances.Remove(row.Key);
        });
    }

    void IStoreTransaction.AddTurn(InstanceRow row, ReadOnlySpan<byte> turn)
    {
        var history = _instances[row.Key].History;
        history.Add(turn.ToArray());
        _undo.Add(() => history.RemoveAt(history.Count - 1));
    }

    void IStoreTransaction.SaveState(InstanceRow row, InstanceState state)
    {
        var entry = _instances[row.Key];
        var before = entry.State;
        entry.State = state;
        _undo.Add(() => entry.State = before);
    }

    void IStoreTransaction.StartOver(InstanceRow row, InstanceState state)
    {
        var entry = _instances[row.Key];
        var (rowBefore, stateBefore, historyBefore) = (entry.Row, entry.State, entry.History);
        (entry.Row, entry.State, entry.History) = (row, state, []);
        _undo.Add(() => (entry.Row, entry.State, entry.History) = (rowBefore, stateBefore, historyBefore));
    }

    void IStoreTransaction.AddMessage(StoredMessage message)
    {
        _messages.Add(message.Id, message);
        _bounds = _bounds with { MessageId = Math.Max(_bounds.MessageId, message.Id) };
        _undo.Add(() => _messages.Remove(message.Id));
    }

    void IStoreTransaction.DeleteMessage(long id)
    {
        if (_messages.Remove(id, out var message))
        {
            _undo.Add(() => _messages.Add(id, message));
        }
    }

    void IStoreTransaction.DeleteInstance(InstanceRow row)
    {
        if (_instances.Remove(row.Key, out var entry))
        {
            _byId.Remove(entry.Row.InstanceId);
            _byCreation.Remove((entry.Row.CreatedAt, row.Key));
            _undo.Add(() =>
            {
                _byCreation.Add((entry.Row.CreatedAt, row.Key));
                _instances.Add(row.Key, entry);
                _byId.Add(entry.Row.InstanceId, entry);
            });
        }
    }

    private IEnumerable<Entry> ByName(InstanceFilter filter) =>
        _instances
            .Values.Where(entry => filter.After is null || string.CompareOrdinal(entry.Row.InstanceId, filter.After.InstanceId) > 0)
            .OrderBy(static entry => entry.Row.InstanceId, StringComparer.Ordinal);

    private IEnumerable<Entry> ByCreation(InstanceFilter filter)
    {
        var after = filter.After is { } cursor ? (cursor.CreatedAt, cursor.Key) : (long.MinValue, 0);
        var first = (Math.Max(filter.CreatedFrom ?? long.MinValue, after.Item1), 0L);
        var last = (filter.CreatedTo ?? long.MaxValue, long.MaxValue);
        return first.CompareTo(last) > 0
            ? []
            : _byCreation.GetViewBetween(first, last).Where(place => place.CompareTo(after) > 0).Select(place => _instances[place.Key]);
    }

    private sealed class Entry(InstanceRow row, InstanceState state)
    {
        public InstanceRow Row { get; set; } = row;

        public InstanceState State { get; set; } = state;

        public List<byte[]> History { get; set; } = [];
    }
}

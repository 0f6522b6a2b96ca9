using System.Collections.Concurrent;
using ComputeHorde.DurableTask.Sqlite.Storage;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>Something to write, and what to do when that is durable.</summary>
internal abstract class PendingCommit
{
    /// <summary>Which life of the hub it belongs to, after a failed write a new one begins; -1 for the one it is queued in.</summary>
    public int Epoch { get; set; } = -1;

    /// <summary>Whether somebody waits for it; else it may wait a moment for company.</summary>
    public virtual bool IsUrgent => true;

    /// <summary>It will be in the next transaction, after all that joined before.</summary>
    public virtual void Join() { }

    public abstract void Write(IStoreTransaction transaction);

    /// <summary>It is durable: let its effects out.</summary>
    public abstract void Committed();

    /// <summary>It is not known to be durable.</summary>
    public abstract void Failed(Exception exception);
}

/// <summary>
/// Group commit: whoever finds the gate open writes everything that waits, of all instances, in one transaction. While
/// that is under way the others go on and queue up the next batch. A turn that lets nothing out, because it only set a
/// timer, waits up to <see cref="LongestDelay"/> for others: it costs no commit of its own then.
/// </summary>
internal sealed class CommitQueue(IDurableStore store, Work work, Action<Exception> failed)
{
    private const int LargestBatch = 4096;

    /// <summary>How many milliseconds a write that nobody waits for may wait.</summary>
    private const int LongestDelay = 2;

    private readonly ConcurrentQueue<PendingCommit> _waiting = new();
    private readonly List<PendingCommit> _batch = [];
    private readonly object _gate = new();
    private int _epoch;
    private int _urgent;
    private long _since;
    private volatile bool _held;

    /// <summary>The present life of the hub.</summary>
    public int Epoch => Volatile.Read(ref _epoch);

    public int Count => _waiting.Count;

    public void Add(PendingCommit item)
    {
        work.Begin();
        item.Epoch = item.Epoch < 0 ? Epoch : item.Epoch;
        if (item.IsUrgent)
        {
            Interlocked.Increment(ref _urgent);
        }
        else if (_waiting.IsEmpty)
        {
            Volatile.Write(ref _since, Environment.TickCount64);
        }

        _waiting.Enqueue(item);
    }

    /// <summary>
    /// How many milliseconds what waits may go on waiting; 0 when it must be written now, -1 when there is nothing or nothing may be
    /// written.
    /// </summary>
    public int MillisecondsToSleep() =>
        _waiting.IsEmpty || _held ? Timeout.Infinite
        : Volatile.Read(ref _urgent) > 0 ? 0
        : (int)Math.Clamp(Volatile.Read(ref _since) + LongestDelay - Environment.TickCount64, 0, LongestDelay);

    /// <summary>Writes what waits, unless somebody else is writing.</summary>
    /// <returns>Whether there was something to write.</returns>
    public bool TryCommit()
    {
        var did = false;
        while (MillisecondsToSleep() == 0 && Monitor.TryEnter(_gate))
        {
            try
            {
                CommitBatch();
                did = true;
            }
            finally
            {
                Monitor.Exit(_gate);
            }
        }

        return did;
    }

    /// <summary>Runs something while nothing is written. What waits to be written must be looked at again afterwards.</summary>
    public void Exclusively(Action action)
    {
        lock (_gate)
        {
            _held = true;
            try
            {
                action();
            }
            finally
            {
                _held = false;
            }
        }
    }

    /// <summary>Begins a new life: what waits belongs to the old one.</summary>
    public void BeginEpoch(Exception cause)
    {
        Interlocked.Increment(ref _epoch);
        while (TryTake() is { } item)
        {
            item.Failed(cause);
            work.End();
        }
    }

    private void CommitBatch()
    {
        while (_batch.Count < LargestBatch && TryTake() is { } item)
        {
            if (item.Epoch == Epoch)
            {
                item.Join();
                _batch.Add(item);
            }
            else
            {
                item.Failed(new DurableStoreException("The write came too late: the store had failed before."));
                work.End();
            }
        }

        if (_batch.Count == 0)
        {
            return;
        }

        try
        {
            store.Commit(WriteBatch);
        }
        catch (Exception e)
        {
            // Whatever the store throws, the outcome is unknown: nothing in memory can be trusted any more.
            FailBatch(e);
            return;
        }

        foreach (var item in _batch)
        {
            item.Committed();
            work.End();
        }

        _batch.Clear();
    }

    private PendingCommit? TryTake()
    {
        if (!_waiting.TryDequeue(out var item))
        {
            return null;
        }

        if (item.IsUrgent)
        {
            Interlocked.Decrement(ref _urgent);
        }

        return item;
    }

    private void WriteBatch(IStoreTransaction transaction)
    {
        foreach (var item in _batch)
        {
            item.Write(transaction);
        }
    }

    private void FailBatch(Exception e)
    {
        var cause =
            e as DurableStoreException ?? new DurableStoreException("The store failed; it is not known whether the write took effect.", e);
        foreach (var item in _batch)
        {
            item.Failed(cause);
        }

        var count = _batch.Count;
        _batch.Clear();
        failed(cause);
        for (var i = 0; i < count; i++)
        {
            work.End();
        }
    }
}

using System.Buffers;
using System.Runtime.InteropServices;
using ComputeHorde.DurableTask.Sqlite.Storage;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>Everything one turn has decided: written together, let out together.</summary>
internal sealed class TurnCommit(TaskHub hub, Instance instance, InstanceRow row, InstanceState state) : PendingCommit
{
    private static readonly ArrayPool<byte> Buffers = ArrayPool<byte>.Shared;

    /// <summary>How many bytes of turns may share a row of the history.</summary>
    private const int LargestRow = 64 << 10;

    private byte[]? _turn;
    private int _turnLength;

    // Whether a later turn of the instance is written in the same transaction, with its own state.
    private bool _isSuperseded;

    /// <summary>Whether this is the first the store hears of the instance.</summary>
    public bool IsNew { get; init; }

    /// <summary>Whether the history starts over.</summary>
    public bool StartsOver { get; init; }

    public override bool IsUrgent =>
        !hub.MayDelayWrites
        || IsNew
        || StartsOver
        || state.IsOver
        || Calls is not null
        || Children is not null
        || Outgoing is not null
        || Acknowledged is not null;

    /// <summary>Stored messages that were taken.</summary>
    public List<long>? Consumed { get; set; }

    /// <summary>Who waits for messages to be durable.</summary>
    public List<TaskCompletionSource>? Acknowledged { get; set; }

    /// <summary>Activities to run.</summary>
    public List<TaskScheduled>? Calls { get; set; }

    /// <summary>Sub-orchestrations to start.</summary>
    public List<Instance>? Children { get; set; }

    /// <summary>Activities that the execution has called and does not wait for at its end, stored until they have run.</summary>
    public List<(StoredMessage Stored, TaskScheduled Call)>? LeftBehind { get; set; }

    /// <summary>Messages to the next execution of the instance, which has them already.</summary>
    public List<StoredMessage>? CarriedOver { get; set; }

    /// <summary>Messages to other instances.</summary>
    public List<(string InstanceId, StoredMessage Stored, HistoryEvent Event)>? Outgoing { get; set; }

    /// <summary>Keeps a copy of the encoded turn until it is written.</summary>
    public void SetTurn(ReadOnlySpan<byte> encoded)
    {
        _turn = Buffers.Rent(encoded.Length);
        _turnLength = encoded.Length;
        encoded.CopyTo(_turn);
    }

    public override void Join()
    {
        // Starting over drops the history by what the state says of it.
        if (instance.Joined is { } earlier && !StartsOver)
        {
            earlier._isSuperseded = true;
            TakeTurnsOf(earlier);
        }

        instance.Joined = this;
    }

    public override void Write(IStoreTransaction transaction)
    {
        foreach (var id in CollectionsMarshal.AsSpan(Consumed))
        {
            transaction.DeleteMessage(id);
        }

        if (IsNew)
        {
            AddNew(transaction, instance, row, state, _turn.AsSpan(0, _turnLength));
        }
        else if (StartsOver)
        {
            transaction.StartOver(row, state);
        }
        else
        {
            if (_turnLength > 0)
            {
                transaction.AddTurn(row, _turn.AsSpan(0, _turnLength));
            }

            if (!_isSuperseded)
            {
                transaction.SaveState(row, state);
            }
        }

        foreach (var child in CollectionsMarshal.AsSpan(Children))
        {
            AddNew(transaction, child, child.Row, child.State, default);
        }

        foreach (var (stored, _) in CollectionsMarshal.AsSpan(LeftBehind))
        {
            transaction.AddMessage(stored);
        }

        foreach (var stored in CollectionsMarshal.AsSpan(CarriedOver))
        {
            transaction.AddMessage(stored);
        }

        foreach (var (_, stored, _) in CollectionsMarshal.AsSpan(Outgoing))
        {
            transaction.AddMessage(stored);
        }
    }

    public override void Committed()
    {
        Settle();
        var generation = StartsOver ? state.Generation - 1 : state.Generation;
        foreach (var call in CollectionsMarshal.AsSpan(Calls))
        {
            hub.Activities.Add(row.InstanceId, row.Key, generation, call, row);
        }

        foreach (var (stored, call) in CollectionsMarshal.AsSpan(LeftBehind))
        {
            hub.KeepUntilRun(row.Key, generation, call, stored.Id);
        }

        if (state.IsOver)
        {
            Spans.WriteEnd(row, state);

            // Before anybody sees the end: who does may start, rewind or purge the instance at once.
            hub.Forget(instance);
        }

        (instance.CommittedRow, instance.Committed) = (row, state);
        instance.Created?.TrySetResult();
        instance.Created = null;
        foreach (var source in CollectionsMarshal.AsSpan(Acknowledged))
        {
            source.TrySetResult();
        }

        foreach (var child in CollectionsMarshal.AsSpan(Children))
        {
            hub.ReleaseNew(child);
        }

        foreach (var (instanceId, stored, item) in CollectionsMarshal.AsSpan(Outgoing))
        {
            hub.Deliver(instanceId, new Message(item, stored.Id, stored.Target, stored.Generation), Epoch);
        }

        instance.RemoveUncommitted();
        hub.Directory.Sweep();

        // Later turns change nothing that somebody could wait for.
        if (state.IsOver || state.Turns <= 1)
        {
            hub.Waiters.Notify(row, state);
        }
    }

    public override void Failed(Exception exception)
    {
        Settle();

        // What it holds in memory has not happened.
        hub.Discard(instance, exception);
        foreach (var child in CollectionsMarshal.AsSpan(Children))
        {
            hub.Discard(child, exception);
        }

        foreach (var source in CollectionsMarshal.AsSpan(Acknowledged))
        {
            source.TrySetException(exception);
        }
    }

    /// <summary>Writes a new instance, in place of the finished one that had its id.</summary>
    public static void AddNew(
        IStoreTransaction transaction,
        Instance instance,
        InstanceRow row,
        InstanceState state,
        ReadOnlySpan<byte> firstTurn
    )
    {
        if (instance.Replaces is { } replaced)
        {
            transaction.DeleteInstance(replaced);
        }

        transaction.AddInstance(row, state, firstTurn);
    }

    /// <summary>Writes the turns of an earlier commit in the same row as this one.</summary>
    private void TakeTurnsOf(TurnCommit earlier)
    {
        var length = earlier._turnLength + _turnLength;
        if (earlier.IsNew || earlier._turn is not { } both || length > LargestRow)
        {
            return;
        }

        if (both.Length < length)
        {
            both = Buffers.Rent(length);
            earlier._turn.AsSpan(0, earlier._turnLength).CopyTo(both);
            Buffers.Return(earlier._turn);
        }

        _turn.AsSpan(0, _turnLength).CopyTo(both.AsSpan(earlier._turnLength));
        Buffers.Return(_turn!);
        (_turn, _turnLength, earlier._turn, earlier._turnLength) = (both, length, null, 0);
    }

    private void Settle()
    {
        if (instance.Joined == this)
        {
            instance.Joined = null;
        }

        if (_turn is { } rented)
        {
            _turn = null;
            Buffers.Return(rented);
        }
    }
}

/// <summary>Small writes without a turn.</summary>
internal sealed class SimpleCommit(Action<IStoreTransaction> write, Action? committed = null, Action<Exception>? failed = null)
    : PendingCommit
{
    public override void Write(IStoreTransaction transaction) => write(transaction);

    public override void Committed() => committed?.Invoke();

    public override void Failed(Exception exception) => failed?.Invoke(exception);
}

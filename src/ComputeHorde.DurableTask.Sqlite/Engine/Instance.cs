using ComputeHorde.DurableTask.Sqlite.Storage;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>
/// An unfinished instance in memory. At most one worker runs its turn; everybody else only adds messages. Fields under
/// "the lock" are guarded by locking the instance; the others belong to the worker that runs the turn.
/// </summary>
internal sealed class Instance(InstanceRow row, InstanceState state, InstanceState? committed)
{
    private List<Message> _inbox = [];
    private List<Message> _spare = [];
    private int _uncommitted;

    private enum Phase
    {
        Idle,
        Queued,
        Running,
    }

    public InstanceRow Row { get; set; } = row;

    /// <summary>The state after the latest turn, durable or not.</summary>
    public InstanceState State { get; set; } = state;

    /// <summary>The state that is durable; null as long as the instance itself is not.</summary>
    public InstanceState? Committed { get; set; } = committed;

    /// <summary>The row that belongs to the state that is durable.</summary>
    public InstanceRow CommittedRow { get; set; } = row;

    /// <summary>The running code; null when it must be replayed first.</summary>
    public OrchestrationExecution? Execution { get; set; }

    /// <summary>All turns of the history, durable or not, for a hub that replays in every turn; else null.</summary>
    public List<byte[]>? Recorded { get; set; }

    /// <summary>The time of the latest turn.</summary>
    public long LastTimestamp { get; private set; }

    /// <summary>The timestamp of the moment when that was noted.</summary>
    public long LastStamp { get; private set; }

    /// <summary>Notes the time of a turn.</summary>
    public void SetTurn(long at, long stamp) => (LastTimestamp, LastStamp) = (at, stamp);

    /// <summary>Roughly what the running code holds in memory.</summary>
    public long Bytes { get; set; }

    /// <summary>Set by use, cleared by the sweep that looks for instances to drop.</summary>
    public bool Touched { get; set; }

    /// <summary>Completed when the instance itself is durable; null when it was loaded.</summary>
    public TaskCompletionSource? Created { get; set; }

    /// <summary>A finished instance of the same id that this one replaces.</summary>
    public InstanceRow? Replaces { get; set; }

    /// <summary>Stored messages that came before the instance may start.</summary>
    public List<Message> Deferred { get; } = new(0);

    /// <summary>The life of the hub in which another instance has called this one; -1 for any other.</summary>
    public int Epoch { get; init; } = -1;

    /// <summary>Whether the store does not have the instance yet, so that its first turn must add it.</summary>
    public bool IsNew { get; set; }

    /// <summary>The latest commit in the transaction that is being written. Belongs to the one who writes.</summary>
    public TurnCommit? Joined { get; set; }

    private Phase Now { get; set; }

    private bool Held { get; set; }

    private bool Gone { get; set; }

    /// <summary>Keeps the instance from running until <see cref="Release"/>: who creates it has not committed.</summary>
    public void Hold() => Held = true;

    /// <summary>Lets the instance run.</summary>
    /// <returns>Whether the caller must queue it.</returns>
    public bool Release()
    {
        lock (this)
        {
            Held = false;
            return Queue();
        }
    }

    /// <summary>Adds a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="mustQueue">Whether the caller must queue the instance.</param>
    /// <returns>False when the object is out of date and the message must go to its successor.</returns>
    public bool TryAdd(in Message message, out bool mustQueue)
    {
        lock (this)
        {
            mustQueue = false;
            if (Gone)
            {
                return false;
            }

            _inbox.Add(message);
            mustQueue = Queue();
            return true;
        }
    }

    /// <summary>Begins the turn; false when the object is out of date.</summary>
    public bool BeginTurn()
    {
        lock (this)
        {
            Touched = true;
            Now = Phase.Running;
            return !Gone;
        }
    }

    /// <summary>Takes all messages; the list is valid until the next call.</summary>
    public List<Message> TakeMessages()
    {
        lock (this)
        {
            _spare.Clear();
            (_inbox, _spare) = (_spare, _inbox);
            return _spare;
        }
    }

    /// <summary>Puts stored messages before all others, for the next turn.</summary>
    public void PutFirst(IEnumerable<Message> messages)
    {
        lock (this)
        {
            _inbox.InsertRange(0, messages);
        }
    }

    /// <summary>Takes certain messages out of those that no turn has taken yet.</summary>
    public List<Message> TakeOut(Predicate<Message> which)
    {
        lock (this)
        {
            var found = _inbox.FindAll(which);
            _inbox.RemoveAll(which);
            return found;
        }
    }

    /// <summary>A turn of the instance waits to be committed.</summary>
    public void AddUncommitted() => Interlocked.Increment(ref _uncommitted);

    /// <summary>A turn was committed.</summary>
    public void RemoveUncommitted() => Interlocked.Decrement(ref _uncommitted);

    /// <summary>Ends the turn.</summary>
    /// <returns>Whether messages came meanwhile, so that the caller must queue the instance again.</returns>
    public bool EndTurn(bool again)
    {
        lock (this)
        {
            _spare.Clear();
            Now = Phase.Idle;
            if (Gone)
            {
                Close();
            }

            return (_inbox.Count > 0 || again) && Queue();
        }
    }

    /// <summary>Takes the object out of use if nothing depends on it.</summary>
    /// <param name="held">Roughly what it held in memory.</param>
    public bool TryRetire(out long held)
    {
        lock (this)
        {
            held = Bytes;
            if (Now != Phase.Idle || Volatile.Read(ref _uncommitted) > 0 || _inbox.Count > 0 || Deferred.Count > 0 || Held || Gone)
            {
                return false;
            }

            Gone = true;
            Close();
            return true;
        }
    }

    /// <summary>Takes the object out of use whatever depends on it.</summary>
    /// <returns>The messages that nobody has taken.</returns>
    public List<Message> Retire()
    {
        lock (this)
        {
            Gone = true;
            if (Now != Phase.Running)
            {
                Close();
            }

            return _inbox;
        }
    }

    /// <summary>Takes the object out of use, and tells all who wait for it that it cannot go on.</summary>
    public void Fail(Exception cause)
    {
        Created?.TrySetException(cause);
        foreach (var message in Retire())
        {
            message.Acknowledge?.TrySetException(cause);
        }
    }

    /// <summary>Lets go of the running code.</summary>
    public void Close()
    {
        Execution = null;
        Bytes = 0;
    }

    private bool Queue()
    {
        if (Now != Phase.Idle || Held || Gone)
        {
            return false;
        }

        Now = Phase.Queued;
        return true;
    }
}

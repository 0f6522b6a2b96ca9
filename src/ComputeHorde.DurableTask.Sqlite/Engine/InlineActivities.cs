namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>
/// Lets the turn worker that has committed a few quick calls run them itself, which saves two changes of threads. One
/// worker may be inside of an activity at a time. If it does not come back soon, another takes its place, and what
/// waits behind it goes to the pool.
/// </summary>
internal sealed class InlineActivities(ActivityDispatcher dispatcher)
{
    private const int Free = 0;
    private const int Occupied = 1;
    private const int Replaced = 2;

    private int _state;
    private long _since;
    private Thread? _inside;

    /// <summary>Whether there is a call that a turn worker should run.</summary>
    public bool HasWork => dispatcher.WantsInline;

    /// <summary>Whether a thread is inside of an activity.</summary>
    public bool Holds(Thread thread) => Volatile.Read(ref _inside) == thread;

    /// <summary>Runs a call, unless another thread is inside of one.</summary>
    /// <param name="isReplaced">Whether another has taken the place of this thread meanwhile.</param>
    /// <returns>Whether a call was run, or may have been missed.</returns>
    public bool TryRun(out bool isReplaced)
    {
        isReplaced = false;
        if (!dispatcher.WantsInline)
        {
            return false;
        }

        if (Interlocked.CompareExchange(ref _state, Occupied, Free) != Free)
        {
            dispatcher.Start();
            return false;
        }

        Volatile.Write(ref _since, Environment.TickCount64);
        Volatile.Write(ref _inside, Thread.CurrentThread);
        var ran = dispatcher.TryRunOne(isAlone: true);
        Volatile.Write(ref _inside, null);
        isReplaced = Interlocked.Exchange(ref _state, Free) == Replaced;
        return ran || isReplaced;
    }

    /// <summary>Takes the place of a thread that has been inside of an activity for too long.</summary>
    public bool TryReplace(int milliseconds)
    {
        if (
            Volatile.Read(ref _state) != Occupied
            || Environment.TickCount64 - Volatile.Read(ref _since) <= milliseconds
            || Interlocked.CompareExchange(ref _state, Replaced, Occupied) != Occupied
        )
        {
            return false;
        }

        dispatcher.Start();
        return true;
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>
/// The threads that run turns and write. One is enough as long as it keeps up, and gives the largest batches; more join
/// when the queue grows or when one does not get on. They are not pool threads, so that activities cannot starve them:
/// there is one more than may be active, in the place of one that is inside of an activity.
/// </summary>
internal sealed class TurnWorkers(
    int most,
    Action<Instance> run,
    CommitQueue commits,
    WakeQueue wakes,
    InlineActivities activities,
    Work work
) : ITurnWorkers
{
    private const int QueuePerWorker = 64;
    private const int LargestBacklog = 1024;

    /// <summary>How many milliseconds a thread may take for one step before another looks whether it is needed.</summary>
    private const int SlowMilliseconds = 5;

    private readonly ConcurrentQueue<Instance> _ready = new();
    private readonly object _sleepers = new();
    private readonly List<Thread> _threads = [];
    private int _active;
    private int _waking;
    private int _signals;
    private long _lastProgress;

    // Guarded by the lock of the sleepers: when one of them wakes by itself, and what the watch has seen last.
    private long _alarm = long.MaxValue;
    private long _lastSeen;
    private volatile bool _watched;
    private volatile bool _stopped;

    public void Start()
    {
        for (var i = 0; i <= most; i++)
        {
            var thread = new Thread(Loop) { IsBackground = true, Name = $"durable turns {i}" };
            _threads.Add(thread);
            thread.Start();
        }
    }

    /// <summary>Queues an instance that has something to do.</summary>
    public void Add(Instance instance)
    {
        work.Begin();
        _ready.Enqueue(instance);
        Wake();
    }

    /// <summary>Queues something to write.</summary>
    public void Add(PendingCommit item)
    {
        commits.Add(item);
        Wake();
    }

    /// <summary>Calls a thread if that is needed for what was queued, or for a timer that was set by none of them.</summary>
    public void Wake()
    {
        // What was queued must be visible before the look at who is active, or both sides could miss each other.
        Interlocked.MemoryBarrier();
        var running = Volatile.Read(ref _active) + Volatile.Read(ref _waking);
        if (running == 0 || (running < most && (_ready.Count > QueuePerWorker * running || IsSlow())))
        {
            Interlocked.Increment(ref _waking);
            lock (_sleepers)
            {
                _signals++;
                Monitor.Pulse(_sleepers);
            }
        }
    }

    /// <summary>Ends the threads; what is queued stays undone, and an activity is left to itself.</summary>
    public void Stop()
    {
        _stopped = true;
        lock (_sleepers)
        {
            _signals += _threads.Count;
            Monitor.PulseAll(_sleepers);
        }

        foreach (var thread in _threads)
        {
            while (!thread.Join(TimeSpan.FromMilliseconds(SlowMilliseconds)) && !activities.Holds(thread))
            {
                // A turn or a write: it ends.
            }
        }
    }

    private bool IsSlow() => Environment.TickCount64 - Volatile.Read(ref _lastProgress) > SlowMilliseconds;

    /// <summary>
    /// Sleeps until there is work or a timer is due. At most one of the sleepers keeps the time, and one watches whether the
    /// others get on and stands in for one that does not; the rest wait to be called. The watch goes on between two spells
    /// of work that follow each other closely, which saves calling it each time.
    /// </summary>
    private void Sleep()
    {
        lock (_sleepers)
        {
            while (_signals == 0 && !_stopped)
            {
                var running = Volatile.Read(ref _active) + Volatile.Read(ref _waking);
                var pause = running == 0 ? MillisecondsToSleep() : Timeout.Infinite;
                if (pause == 0 || (running > 0 && MustStandIn(running)))
                {
                    Interlocked.Increment(ref _waking);
                    return;
                }

                var due = pause < 0 ? long.MaxValue : Stopwatch.GetTimestamp() + (pause * (Stopwatch.Frequency / 1000));
                if (due < _alarm)
                {
                    _alarm = due;
                    Monitor.Wait(_sleepers, pause);
                    _alarm = _alarm == due ? long.MaxValue : _alarm;
                }
                else if (!_watched && (running > 0 || _lastProgress != _lastSeen))
                {
                    (_watched, _lastSeen) = (true, _lastProgress);
                    Monitor.Wait(_sleepers, SlowMilliseconds);
                    _watched = false;

                    // Who saw the watch before this line has been counted as running, and is seen by the next look.
                    Interlocked.MemoryBarrier();
                }
                else
                {
                    Monitor.Wait(_sleepers);
                }
            }

            _signals--;
        }
    }

    private bool MustStandIn(int running)
    {
        if (activities.TryReplace(SlowMilliseconds))
        {
            Interlocked.Decrement(ref _active);
            return true;
        }

        return running < most
            && IsSlow()
            && (!_ready.IsEmpty || activities.HasWork || wakes.MillisecondsToSleep() == 0 || commits.MillisecondsToSleep() == 0);
    }

    private int MillisecondsToSleep()
    {
        var (write, timer) = (commits.MillisecondsToSleep(), wakes.MillisecondsToSleep());
        return !_ready.IsEmpty ? 0
            : timer < 0 ? write
            : write < 0 ? timer
            : Math.Min(timer, write);
    }

    private void Loop()
    {
        while (!_stopped)
        {
            Sleep();
            Interlocked.Increment(ref _active);
            Interlocked.Decrement(ref _waking);
            CallWatch();
            while (RunAll())
            {
                Interlocked.Decrement(ref _active);
                if (_stopped || (_ready.IsEmpty && commits.MillisecondsToSleep() != 0) || !TryRejoin())
                {
                    break;
                }

                CallWatch();
            }
        }
    }

    /// <summary>Has one of the sleepers, if there are any, watch the others.</summary>
    private void CallWatch()
    {
        if (!_watched)
        {
            lock (_sleepers)
            {
                Monitor.Pulse(_sleepers);
            }
        }
    }

    /// <summary>Something came between the last look at the queues and leaving: stay, unless another is at it.</summary>
    private bool TryRejoin() => Interlocked.CompareExchange(ref _active, 1, 0) == 0;

    /// <summary>Does all there is to do.</summary>
    /// <returns>False when another thread has taken the place of this one.</returns>
    private bool RunAll()
    {
        while (!_stopped)
        {
            Volatile.Write(ref _lastProgress, Environment.TickCount64);
            if (_ready.TryDequeue(out var instance))
            {
                run(instance);
                work.End();
                if (commits.Count >= LargestBacklog)
                {
                    commits.TryCommit();
                }
            }
            else if (activities.TryRun(out var isReplaced))
            {
                if (isReplaced)
                {
                    return false;
                }
            }
            else if (wakes.MillisecondsToSleep() == 0)
            {
                wakes.Fire();
            }
            else if (commits.MillisecondsToSleep() != 0 || !commits.TryCommit())
            {
                return true;
            }
        }

        return true;
    }
}

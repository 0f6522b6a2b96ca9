using System.Collections.Concurrent;

namespace ComputeHorde.Durable.LocalRuntime.Engine;

/// <summary>
/// The threads that run turns and write. One is enough as long as it keeps up, and gives the largest batches; more join
/// when the queue grows or when one does not get on. They are not pool threads, so that activities cannot starve them:
/// there is one more than may be active, in the place of one that is inside of an activity.
/// </summary>
internal sealed class TurnWorkers(int most, Action<Instance> run, CommitQueue commits, WakeQueue wakes, InlineActivities activities, Work work)
{
    private const int QueuePerWorker = 64;
    private const int LargestBacklog = 1024;

    /// <summary>How many milliseconds a thread may take for one step before another looks whether it is needed.</summary>
    private const int SlowMilliseconds = 5;

    private readonly ConcurrentQueue<Instance> ready = new();
    private readonly object sleepers = new();
    private readonly List<Thread> threads = [];
    private int active;
    private int waking;
    private int signals;
    private long lastProgress;
    private volatile bool watched;
    private volatile bool stopped;

    public void Start()
    {
        for (var i = 0; i <= most; i++)
        {
            var thread = new Thread(Loop) { IsBackground = true, Name = $"durable turns {i}" };
            threads.Add(thread);
            thread.Start();
        }
    }

    /// <summary>Queues an instance that has something to do.</summary>
    public void Add(Instance instance)
    {
        work.Begin();
        ready.Enqueue(instance);
        Wake();
    }

    /// <summary>Queues something to write.</summary>
    public void Add(PendingCommit item)
    {
        commits.Add(item);
        Wake();
    }

    /// <summary>Ends the threads; what is queued stays undone, and an activity is left to itself.</summary>
    public void Stop()
    {
        stopped = true;
        lock (sleepers)
        {
            signals += threads.Count;
            Monitor.PulseAll(sleepers);
        }

        foreach (var thread in threads)
        {
            while (!thread.Join(TimeSpan.FromMilliseconds(SlowMilliseconds)) && !activities.Holds(thread))
            {
                // A turn or a write: it ends.
            }
        }
    }

    private void Wake()
    {
        // What was queued must be visible before the look at who is active, or both sides could miss each other.
        Interlocked.MemoryBarrier();
        var running = Volatile.Read(ref active) + Volatile.Read(ref waking);
        if (running == 0 || (running < most && (ready.Count > QueuePerWorker * running || IsSlow())))
        {
            Interlocked.Increment(ref waking);
            lock (sleepers)
            {
                signals++;
                Monitor.Pulse(sleepers);
            }
        }
    }

    private bool IsSlow() => Environment.TickCount64 - Volatile.Read(ref lastProgress) > SlowMilliseconds;

    /// <summary>
    /// Sleeps until there is work or a timer is due. As long as others are active, one of the sleepers watches whether they
    /// get on, and stands in for one that does not.
    /// </summary>
    private void Sleep()
    {
        lock (sleepers)
        {
            while (signals == 0 && !stopped)
            {
                var running = Volatile.Read(ref active) + Volatile.Read(ref waking);
                var pause = running == 0 ? MillisecondsToSleep() : watched ? Timeout.Infinite : SlowMilliseconds;
                if (pause == 0 || (running > 0 && MustStandIn(running)))
                {
                    Interlocked.Increment(ref waking);
                    return;
                }

                var watches = running > 0 && !watched;
                watched |= watches;
                Monitor.Wait(sleepers, pause);
                watched &= !watches;
            }

            signals--;
        }
    }

    private bool MustStandIn(int running)
    {
        if (activities.TryReplace(SlowMilliseconds))
        {
            Interlocked.Decrement(ref active);
            return true;
        }

        return running < most && IsSlow()
            && (!ready.IsEmpty || activities.HasWork || wakes.MillisecondsToSleep() == 0 || commits.MillisecondsToSleep() == 0);
    }

    private int MillisecondsToSleep()
    {
        var (write, timer) = (commits.MillisecondsToSleep(), wakes.MillisecondsToSleep());
        return !ready.IsEmpty ? 0 : timer < 0 ? write : write < 0 ? timer : Math.Min(timer, write);
    }

    private void Loop()
    {
        while (!stopped)
        {
            Sleep();
            Interlocked.Increment(ref active);
            Interlocked.Decrement(ref waking);
            CallWatch();
            while (RunAll())
            {
                Interlocked.Decrement(ref active);
                if (stopped || (ready.IsEmpty && commits.MillisecondsToSleep() != 0) || !TryRejoin())
                {
                    break;
                }
            }
        }
    }

    /// <summary>Has one of the sleepers, if there are any, watch the others.</summary>
    private void CallWatch()
    {
        if (!watched)
        {
            lock (sleepers)
            {
                Monitor.Pulse(sleepers);
            }
        }
    }

    /// <summary>Something came between the last look at the queues and leaving: stay, unless another is at it.</summary>
    private bool TryRejoin() => Interlocked.CompareExchange(ref active, 1, 0) == 0;

    /// <summary>Does all there is to do.</summary>
    /// <returns>False when another thread has taken the place of this one.</returns>
    private bool RunAll()
    {
        while (!stopped)
        {
            Volatile.Write(ref lastProgress, Environment.TickCount64);
            if (ready.TryDequeue(out var instance))
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

using System.Collections.Concurrent;

namespace ComputeHorde.Durable.LocalRuntime.Engine;

/// <summary>
/// The threads that run turns and write. One is enough as long as it keeps up, and gives the largest batches; more join
/// when the queue grows or when a turn takes long. They are not pool threads, so that activities cannot starve them.
/// </summary>
internal sealed class TurnWorkers(int most, Action<Instance> run, CommitQueue commits, WakeQueue wakes, Work work)
{
    private const int QueuePerWorker = 64;
    private const int LargestBacklog = 1024;
    private const long SlowTurnMilliseconds = 5;

    private readonly ConcurrentQueue<Instance> ready = new();
    private readonly object sleepers = new();
    private readonly List<Thread> threads = [];
    private int active;
    private int waking;
    private int signals;
    private long lastProgress;
    private volatile bool stopped;

    public void Start()
    {
        for (var i = 0; i < most; i++)
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

    /// <summary>Ends the threads; what is queued stays undone.</summary>
    public void Stop()
    {
        stopped = true;
        lock (sleepers)
        {
            signals += most;
            Monitor.PulseAll(sleepers);
        }

        foreach (var thread in threads)
        {
            thread.Join();
        }
    }

    private void Wake()
    {
        // What was queued must be visible before the look at who is active, or both sides could miss each other.
        Interlocked.MemoryBarrier();
        var running = Volatile.Read(ref active) + Volatile.Read(ref waking);
        if (running == 0
            || (running < most && (ready.Count > QueuePerWorker * running
                || Environment.TickCount64 - Volatile.Read(ref lastProgress) > SlowTurnMilliseconds)))
        {
            Interlocked.Increment(ref waking);
            lock (sleepers)
            {
                signals++;
                Monitor.Pulse(sleepers);
            }
        }
    }

    /// <summary>Sleeps until there is work or until a timer is due.</summary>
    private void Sleep()
    {
        lock (sleepers)
        {
            while (signals == 0 && !stopped)
            {
                var milliseconds = MillisecondsToSleep();
                if (milliseconds == 0)
                {
                    Interlocked.Increment(ref waking);
                    return;
                }

                Monitor.Wait(sleepers, milliseconds);
            }

            signals--;
        }
    }

    private void Loop()
    {
        while (!stopped)
        {
            Sleep();
            Interlocked.Increment(ref active);
            Interlocked.Decrement(ref waking);
            do
            {
                RunAll();
                Interlocked.Decrement(ref active);
            }
            while (!stopped && (!ready.IsEmpty || commits.MillisecondsToSleep() == 0) && TryRejoin());
        }
    }

    /// <summary>Something came between the last look at the queues and leaving: stay, unless another is at it.</summary>
    private bool TryRejoin() => Interlocked.CompareExchange(ref active, 1, 0) == 0;

    private int MillisecondsToSleep()
    {
        // Whoever is active writes too: only the last to fall asleep must watch what waits to be written.
        var write = Volatile.Read(ref active) == 0 ? commits.MillisecondsToSleep() : Timeout.Infinite;
        var timer = wakes.MillisecondsToSleep();
        return timer < 0 ? write : write < 0 ? timer : Math.Min(timer, write);
    }

    private void RunAll()
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
            else if (wakes.MillisecondsToSleep() == 0)
            {
                wakes.Fire();
            }
            else if (commits.MillisecondsToSleep() != 0 || !commits.TryCommit())
            {
                return;
            }
        }
    }
}

using System.Collections.Concurrent;

namespace ComputeHorde.Durable.LocalRuntime.Engine;

/// <summary>
/// The threads that run turns and write. One is enough as long as it keeps up, and gives the largest batches; more join
/// when the queue grows or when a turn takes long. They are not pool threads, so that activities cannot starve them.
/// </summary>
internal sealed class TurnWorkers(int most, Action<Instance> run, CommitQueue commits, Work work) : IDisposable
{
    private const int QueuePerWorker = 64;
    private const int LargestBacklog = 1024;
    private const long SlowTurnMilliseconds = 5;

    private readonly ConcurrentQueue<Instance> ready = new();
    private readonly SemaphoreSlim wake = new(0);
    private readonly List<Thread> threads = [];
    private int active;
    private int waking;
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
        wake.Release(most);
        foreach (var thread in threads)
        {
            thread.Join();
        }
    }

    public void Dispose() => wake.Dispose();

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
            wake.Release();
        }
    }

    private void Loop()
    {
        while (!stopped)
        {
            wake.Wait();
            Interlocked.Increment(ref active);
            Interlocked.Decrement(ref waking);
            do
            {
                RunAll();
                Interlocked.Decrement(ref active);
            }
            while (!stopped && (!ready.IsEmpty || commits.Count > 0) && TryRejoin());
        }
    }

    /// <summary>Something came between the last look at the queues and leaving: stay, unless another is at it.</summary>
    private bool TryRejoin() => Interlocked.CompareExchange(ref active, 1, 0) == 0;

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
            else if (!commits.TryCommit())
            {
                return;
            }
        }
    }
}

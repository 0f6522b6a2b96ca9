using System.Collections.Concurrent;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>
/// Does turns and writes on the thread pool. Which comes first depends on nothing but the order in which they were queued.
/// </summary>
internal sealed class PooledTurns(Action<Instance> run, CommitQueue commits, Work work) : ITurnWorkers, IThreadPoolWorkItem
{
    private readonly ConcurrentQueue<Instance> _ready = new();
    private int _queued;
    private volatile bool _stopped;

    public void Start() { }

    public void Add(Instance instance)
    {
        work.Begin();
        _ready.Enqueue(instance);
        Wake();
    }

    public void Add(PendingCommit item)
    {
        commits.Add(item);
        Wake();
    }

    public void Wake()
    {
        if (!_stopped && Interlocked.Exchange(ref _queued, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    public void Stop() => _stopped = true;

    void IThreadPoolWorkItem.Execute()
    {
        // Before the look at the queues: what comes after it is seen by another.
        Interlocked.Exchange(ref _queued, 0);
        while (!_stopped)
        {
            if (_ready.TryDequeue(out var instance))
            {
                run(instance);
                work.End();
            }
            else if (commits.MillisecondsToSleep() != 0 || !commits.TryCommit())
            {
                break;
            }
        }
    }
}

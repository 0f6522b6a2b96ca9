using System.Collections.Concurrent;

namespace ComputeHorde.Emulator.Horde;

/// <summary>
/// All waiting of all jobs, in one priority queue behind one timer, so that thousands of jobs in flight cost no more than
/// their memory. Durations are the life-cycle's; <paramref name="speed"/> divides them.
/// </summary>
internal sealed class HordeScheduler(TimeProvider time, double speed, Func<IDisposable>? busy = null) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<TaskCompletionSource, long> _waiting = new();
    private readonly ConcurrentBag<IDisposable> _busy = [];
    private readonly long _start = time.GetTimestamp();
    private ITimer? _timer;
    private long _armedFor = long.MaxValue;
    private bool _disposed;

    /// <summary>
    /// Somebody begins to work: a virtual clock stands still until <see cref="Leave"/>, waits in <see cref="Delay"/> left out.
    /// </summary>
    public void Enter()
    {
        if (busy is not null)
        {
            _busy.Add(busy());
        }
    }

    /// <summary>Ends what <see cref="Enter"/> began; one mark is as good as another.</summary>
    public void Leave()
    {
        if (_busy.TryTake(out IDisposable? mark))
        {
            mark.Dispose();
        }
    }

    /// <summary>
    /// Completes after <paramref name="duration"/> of the life-cycle; cancelled when the scheduler is disposed. For those who have entered:
    /// they count as idle until it completes.
    /// </summary>
    public Task Delay(TimeSpan duration, CancellationToken ct = default)
    {
        if (duration <= TimeSpan.Zero)
        {
            return Task.CompletedTask;
        }

        lock (_lock)
        {
            var completion = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_disposed)
            {
                completion.SetCanceled(CancellationToken.None);
                return completion.Task;
            }

            Leave();
            ct.Register(() => Settle(completion, c => c.TrySetCanceled(ct)));
            long due = Now() + Math.Max(1, (long)(duration.Ticks / speed));
            _waiting.Enqueue(completion, due);
            Arm(due);
            return completion.Task;
        }
    }

    public void Dispose()
    {
        List<TaskCompletionSource> waiting;
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            waiting = [.. _waiting.UnorderedItems.Select(item => item.Element)];
            _waiting.Clear();
            _timer?.Dispose();
        }

        foreach (TaskCompletionSource completion in waiting)
        {
            Settle(completion, static c => c.TrySetCanceled());
        }
    }

    /// <summary>Whoever waited is busy again before it can run.</summary>
    private void Settle(TaskCompletionSource completion, Func<TaskCompletionSource, bool> settle)
    {
        Enter();
        if (!settle(completion))
        {
            Leave();
        }
    }

    private long Now() => time.GetElapsedTime(_start).Ticks;

    private void Arm(long due)
    {
        if (due >= _armedFor)
        {
            return;
        }

        _armedFor = due;
        var wait = TimeSpan.FromTicks(Math.Max(0, due - Now()));

        // Timers count whole milliseconds: round up, or the queue would be polled until the fraction has passed.
        wait = TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
        if (_timer is null)
        {
            _timer = time.CreateTimer(static state => ((HordeScheduler)state!).Fire(), this, wait, Timeout.InfiniteTimeSpan);
        }
        else
        {
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }

    private void Fire()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _armedFor = long.MaxValue;
            long now = Now();
            while (_waiting.TryPeek(out TaskCompletionSource? completion, out long due))
            {
                if (due > now)
                {
                    Arm(due);
                    break;
                }

                _waiting.Dequeue();
                Settle(completion, static c => c.TrySetResult());
            }
        }
    }
}

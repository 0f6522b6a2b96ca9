namespace ComputeHorde.Emulator.Horde;

/// <summary>
/// All waiting of all jobs, in one priority queue behind one timer, so that thousands of jobs in flight cost no more than
/// their memory. Durations are the life-cycle's; <paramref name="speed"/> divides them.
/// </summary>
internal sealed class HordeScheduler(TimeProvider time, double speed) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<TaskCompletionSource, long> _waiting = new();
    private readonly long _start = time.GetTimestamp();
    private ITimer? _timer;
    private long _armedFor = long.MaxValue;
    private bool _disposed;

    /// <summary>Completes after <paramref name="duration"/> of the life-cycle; cancelled when the scheduler is disposed.</summary>
    public Task Delay(TimeSpan duration)
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
                completion.SetCanceled();
                return completion.Task;
            }

            long due = Now() + Math.Max(1, (long)(duration.Ticks / speed));
            _waiting.Enqueue(completion, due);
            Arm(due);
            return completion.Task;
        }
    }

    /// <inheritdoc/>
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
            completion.TrySetCanceled();
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
                completion.TrySetResult();
            }
        }
    }
}

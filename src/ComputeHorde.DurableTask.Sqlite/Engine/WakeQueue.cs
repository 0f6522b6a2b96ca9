namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>
/// Wakes instances at their next timer: one entry for each, whether it is in memory or not. On the system's own clock the
/// idle worker watches the time, which saves two changes of threads; any other clock calls back.
/// </summary>
internal sealed class WakeQueue : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(20);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _wakes = [];
    private readonly PriorityQueue<string, long> _order = new();
    private readonly SteadyClock _clock;
    private readonly Action<string> _wake;
    private readonly ITimer? _timer;
    private List<string>? _spare;
    private long _armed = long.MaxValue;
    private bool _disposed;
    private int _count;

    public WakeQueue(TimeProvider time, Action<string> wake)
    {
        (_clock, _wake) = (new SteadyClock(time), wake);
        _timer =
            time == TimeProvider.System
                ? null
                : time.CreateTimer(static state => ((WakeQueue)state!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many instances wait for a timer.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Wakes an instance at a time, in ticks of UTC. An earlier wake is kept, and harmless.</summary>
    public void Set(string instanceId, long at)
    {
        lock (_gate)
        {
            at = _clock.Of(at);
            if (_disposed || (_wakes.TryGetValue(instanceId, out var known) && known <= at))
            {
                return;
            }

            _wakes[instanceId] = at;
            _count = _wakes.Count;
            _order.Enqueue(instanceId, at);
            if (at < _armed)
            {
                Arm(at);
            }
        }
    }

    /// <summary>How many milliseconds a worker may sleep before it must call <see cref="Fire"/>; -1 for as long as it likes.</summary>
    public int MillisecondsToSleep()
    {
        var next = Volatile.Read(ref _armed);
        return _timer is not null || next == long.MaxValue
            ? Timeout.Infinite
            : (int)Math.Clamp(Math.Ceiling((next - _clock.Now) / (double)TimeSpan.TicksPerMillisecond), 0, 60_000);
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _wakes.Clear();
            _count = 0;
            _order.Clear();
            _armed = long.MaxValue;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _timer?.Dispose();
        }
    }

    /// <summary>Wakes the instances whose time has come.</summary>
    public void Fire()
    {
        var due = Interlocked.Exchange(ref _spare, null) ?? [];
        lock (_gate)
        {
            _armed = long.MaxValue;
            var now = _clock.Now;
            while (_order.TryPeek(out var instanceId, out var at))
            {
                if (_wakes.GetValueOrDefault(instanceId, long.MinValue) != at)
                {
                    _order.Dequeue();
                }
                else if (at <= now)
                {
                    _order.Dequeue();
                    _wakes.Remove(instanceId);
                    due.Add(instanceId);
                    _count = _wakes.Count;
                }
                else
                {
                    if (!_disposed)
                    {
                        Arm(at);
                    }

                    break;
                }
            }
        }

        // Waking may read the store and, when that fails, wait for whoever begins anew, who clears this queue.
        due.ForEach(_wake);
        due.Clear();
        _spare = due;
    }

    private void Arm(long at)
    {
        Volatile.Write(ref _armed, at);
        if (_timer is null)
        {
            return;
        }

        // Timers count whole milliseconds: rounded up, or they would go off too early and be set again and again.
        var delay = TimeSpan.FromMilliseconds(Math.Ceiling((at - _clock.Now) / (double)TimeSpan.TicksPerMillisecond));
        _timer.Change(
            delay < TimeSpan.Zero ? TimeSpan.Zero
                : delay > Longest ? Longest
                : delay,
            Timeout.InfiniteTimeSpan
        );
    }
}

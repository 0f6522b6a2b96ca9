namespace ComputeHorde.Simulation.Time;

/// <summary>Time that passes when everybody waits for it: from timer to timer, one after the other.</summary>
internal sealed class SimulatedTime(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly SortedSet<Alarm> _alarms = new(
        Comparer<Alarm>.Create(static (one, other) => (one.Due, one.Number).CompareTo((other.Due, other.Number)))
    );
    private long _now = start.UtcTicks;
    private long _number;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _now), TimeSpan.Zero);

    public override long GetTimestamp() => Volatile.Read(ref _now) - start.UtcTicks;

    public TimeSpan Elapsed => GetUtcNow() - start;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, callback, state);
        alarm.Change(dueTime, period);
        return alarm;
    }

    public Task Delay(TimeSpan span, CancellationToken cancellation = default) => Task.Delay(span, this, cancellation);

    /// <summary>Lets time pass until a condition holds.</summary>
    /// <returns>False when it did not come to hold in that time, or nobody waits for anything any more.</returns>
    public async Task<bool> RunUntilAsync(Func<bool> condition, TimeSpan within)
    {
        var end = (GetUtcNow() + within).UtcTicks;
        while (true)
        {
            await Pool.QuietAsync();
            if (condition())
            {
                return true;
            }

            if (!TryFireNext(end))
            {
                return false;
            }
        }
    }

    private bool TryFireNext(long end)
    {
        Alarm? alarm;
        lock (_gate)
        {
            alarm = _alarms.Min;
            if (alarm is null || alarm.Due > end)
            {
                return false;
            }

            _alarms.Remove(alarm);
            _now = Math.Max(_now, alarm.Due);
            if (alarm.Period > 0)
            {
                Arm(alarm, _now + alarm.Period);
            }
        }

        alarm.Fire();
        return true;
    }

    private void Arm(Alarm alarm, long due)
    {
        (alarm.Due, alarm.Number) = (due, ++_number);
        _alarms.Add(alarm);
    }

    private sealed class Alarm(SimulatedTime time, TimerCallback callback, object? state) : ITimer
    {
        private readonly ExecutionContext? _context = ExecutionContext.Capture();
        private bool _disposed;

        public long Due { get; set; }

        public long Number { get; set; }

        public long Period { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                if (_disposed)
                {
                    return false;
                }

                time._alarms.Remove(this);
                Period = period == Timeout.InfiniteTimeSpan ? 0 : period.Ticks;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    time.Arm(this, time._now + Math.Max(0, dueTime.Ticks));
                }

                return true;
            }
        }

        public void Fire()
        {
            if (_context is null)
            {
                callback(state);
            }
            else
            {
                ExecutionContext.Run(_context, static alarm => ((Alarm)alarm!).Call(), this);
            }
        }

        public void Dispose()
        {
            lock (time._gate)
            {
                _disposed = true;
                time._alarms.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Call() => callback(state);
    }
}

namespace ComputeHorde.DurableTask.Sqlite.Testing;

/// <summary>
/// Time that stands still while anything works, and jumps to the next timer when nothing does: six hours pass in
/// milliseconds. Give the same provider to everything that waits, and let everything that works outside of a hub say so
/// with <see cref="Busy"/>.
/// </summary>
/// <remarks>
/// Turns, writes and <see cref="Busy"/> hold time still. A running activity holds it too until nothing at all has happened
/// for <see cref="SettleTime"/> of real time: it may be waiting for virtual time itself. When no hub waits for a timer,
/// time moves on only at that pace, so that background timers do not race ahead.
/// </remarks>
public sealed class VirtualTimeProvider : TimeProvider
{
    /// <summary>
    /// The settle time passes in parts, each seen by the thread pool: while a busy machine lets nobody run, it does not pass.
    /// </summary>
    private static readonly TimeSpan SettlePart = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly SortedSet<VirtualTimer> _timers = new(
        Comparer<VirtualTimer>.Create((one, other) => (one.Due, one.Sequence).CompareTo((other.Due, other.Sequence)))
    );

    private readonly List<Func<bool>> _hubs = [];
    private readonly ITimer _settle;
    private readonly long _origin;
    private long _now;
    private long _sequence;
    private int _busy;
    private int _running;
    private bool _pumping;
    private bool _settling;
    private TimeSpan _settled;

    /// <summary>Makes a clock.</summary>
    /// <param name="start">What time it is at first; by default the first moment of 2026 in UTC.</param>
    public VirtualTimeProvider(DateTimeOffset? start = null)
    {
        _now = _origin = (start ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)).UtcTicks;
        _settle = System.CreateTimer(
            static state => ((VirtualTimeProvider)state!).Probe(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
    }

    /// <summary>How much real time must pass without anything happening before running activities no longer hold the clock.</summary>
    /// <value>Default: 50 milliseconds.</value>
    public TimeSpan SettleTime { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _now), TimeSpan.Zero);

    /// <inheritdoc/>
    public override long GetTimestamp() => Volatile.Read(ref _now) - _origin;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Holds time still until the result is disposed: for servers while they handle a request, and the like.</summary>
    /// <returns>Gives time free again.</returns>
    public IDisposable Busy()
    {
        Enter();
        return new Token(Leave);
    }

    /// <summary>Holds time still like a running activity does: as long as something happens.</summary>
    /// <returns>Gives time free again.</returns>
    public IDisposable Running()
    {
        EnterRunning();
        return new Token(LeaveRunning);
    }

    /// <summary>Moves time on by hand; timers on the way go off in their order.</summary>
    /// <param name="by">How far.</param>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        Enter();
        var end = Volatile.Read(ref _now) + by.Ticks;
        while (TakeNext(end) is { } timer)
        {
            timer.Fire();
        }

        lock (_gate)
        {
            _now = Math.Max(_now, end);
        }

        Leave();
    }

    internal void Attach(Func<bool> waitsForTimer)
    {
        lock (_gate)
        {
            _hubs.Add(waitsForTimer);
        }
    }

    internal void Enter() => Change(ref _busy, 1);

    internal void Leave() => Change(ref _busy, -1);

    internal void EnterRunning() => Change(ref _running, 1);

    internal void LeaveRunning() => Change(ref _running, -1);

    private void Change(ref int counter, int by)
    {
        lock (_gate)
        {
            counter += by;
            Look();
        }
    }

    /// <summary>Looks whether time may move, now or after a while. Called under the lock whenever something has happened.</summary>
    private void Look()
    {
        if (_pumping || _busy > 0 || _timers.Count == 0)
        {
            return;
        }

        if (_running == 0 && (_hubs.Count == 0 || _hubs.Exists(static waits => waits())))
        {
            _pumping = true;
            ThreadPool.UnsafeQueueUserWorkItem(static provider => provider.Pump(), this, preferLocal: false);
        }
        else
        {
            // Every event starts the wait anew.
            (_settling, _settled) = (true, TimeSpan.Zero);
            WaitForPart();
        }
    }

    /// <summary>A part of the settle time is over once all that waited for a thread before has had one.</summary>
    private void Probe() => ThreadPool.UnsafeQueueUserWorkItem(static provider => provider.Settled(), this, preferLocal: false);

    private void WaitForPart() => _settle.Change(SettleTime < SettlePart ? SettleTime : SettlePart, Timeout.InfiniteTimeSpan);

    private void Settled()
    {
        lock (_gate)
        {
            if (!_settling || _pumping || _busy > 0 || _timers.Count == 0)
            {
                return;
            }

            _settled += SettlePart;
            if (_settled < SettleTime)
            {
                WaitForPart();
                return;
            }

            _settling = false;
            _pumping = true;
        }

        Pump();
    }

    /// <summary>Goes to the next timer and lets all of that moment go off.</summary>
    private void Pump()
    {
        long moment;
        lock (_gate)
        {
            _busy++;
            moment = _busy == 1 && _timers.Min is { } first ? Math.Max(first.Due, _now) : _now;
        }

        while (TakeNext(moment) is { } timer)
        {
            timer.Fire();
        }

        lock (_gate)
        {
            _busy--;
            _pumping = false;
            Look();
        }
    }

    private VirtualTimer? TakeNext(long end)
    {
        lock (_gate)
        {
            if (_timers.Min is not { } timer || timer.Due > end)
            {
                return null;
            }

            _timers.Remove(timer);
            _now = Math.Max(_now, timer.Due);
            if (timer.Period > 0)
            {
                Arm(timer, _now + timer.Period);
            }

            return timer;
        }
    }

    private void Arm(VirtualTimer timer, long due)
    {
        timer.Due = due;
        timer.Sequence = ++_sequence;
        _timers.Add(timer);
    }

    private sealed class Token(Action leave) : IDisposable
    {
        private Action? _leave = leave;

        public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
    }

    private sealed class VirtualTimer(VirtualTimeProvider provider, TimerCallback callback, object? state) : ITimer
    {
        private readonly ExecutionContext? _context = ExecutionContext.Capture();
        private bool _disposed;

        public long Due { get; set; }

        public long Sequence { get; set; }

        public long Period { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (provider._gate)
            {
                if (_disposed)
                {
                    return false;
                }

                provider._timers.Remove(this);
                Period = period == Timeout.InfiniteTimeSpan ? 0 : period.Ticks;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    provider.Arm(this, provider._now + Math.Max(0, dueTime.Ticks));
                    provider.Look();
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
                ExecutionContext.Run(_context, static timer => ((VirtualTimer)timer!).Call(), this);
            }
        }

        public void Dispose()
        {
            lock (provider._gate)
            {
                _disposed = true;
                provider._timers.Remove(this);
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

namespace ComputeHorde.Sdk.Tests;

/// <summary>
/// The system's clock, but requests run out of time only when told to: slow answers need no waiting, and a busy machine breaks no test.
/// </summary>
internal sealed class ManualTimeouts(TimeSpan requestTimeout) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Timer> _timers = [];

    /// <summary>Lets the time of all requests under way run out.</summary>
    public void Expire()
    {
        Timer[] due;
        lock (_lock)
        {
            due = [.. _timers];
            _timers.Clear();
        }

        foreach (var timer in due)
        {
            timer.Fire();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != requestTimeout)
        {
            return System.CreateTimer(callback, state, dueTime, period);
        }

        var timer = new Timer(this, () => callback(state));
        lock (_lock)
        {
            _timers.Add(timer);
        }

        return timer;
    }

    private sealed class Timer(ManualTimeouts owner, Action fire) : ITimer
    {
        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
            lock (owner._lock)
            {
                owner._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

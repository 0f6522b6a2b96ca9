using Microsoft.Extensions.Time.Testing;

namespace ComputeHorde.Functions.Local.Tests;

/// <summary>A clock that stands still until it is moved, and tells who waits on it.</summary>
internal sealed class ObservedTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    private readonly Lock _lock = new();
    private readonly HashSet<ObservedTimer> _waiting = [];
    private int _begun;

    /// <summary>How many one-shot timers are set.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>How many waits have begun so far.</summary>
    public int Begun
    {
        get
        {
            lock (_lock)
            {
                return _begun;
            }
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ObservedTimer(this);
        timer.Inner = base.CreateTimer(
            value =>
            {
                Note(timer, waits: false);
                callback(value);
            },
            state,
            dueTime,
            period
        );
        Note(timer, dueTime != Timeout.InfiniteTimeSpan);
        return timer;
    }

    private void Note(ObservedTimer timer, bool waits)
    {
        lock (_lock)
        {
            if (!waits)
            {
                _waiting.Remove(timer);
            }
            else if (_waiting.Add(timer))
            {
                _begun++;
            }
        }
    }

    private sealed class ObservedTimer(ObservedTime time) : ITimer
    {
        public ITimer Inner { get; set; } = null!;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            time.Note(this, dueTime != Timeout.InfiniteTimeSpan);
            return Inner.Change(dueTime, period);
        }

        public void Dispose()
        {
            time.Note(this, waits: false);
            Inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}

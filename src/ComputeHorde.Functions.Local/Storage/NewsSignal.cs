namespace ComputeHorde.Functions.Local.Storage;

/// <summary>Wakes a listener when there is something for it, now or at an announced time.</summary>
internal sealed class NewsSignal(TimeProvider time) : IDisposable
{
    /// <summary>How seldom a listener looks by itself where news tells it everything.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _signal = new(0, 1);
    private readonly Lock _gate = new();

    /// <summary>Times to come, to the tenth of a second, so that many messages need few entries.</summary>
    private readonly SortedSet<long> _due = [];
    private ITimer? _timer;

    public void Announce(DateTimeOffset due)
    {
        if (due <= time.GetUtcNow())
        {
            Wake();
            return;
        }

        lock (_gate)
        {
            var tenth = (due.UtcTicks / (TimeSpan.TicksPerSecond / 10)) + 1;
            if (_due.Add(tenth) && _due.Min == tenth)
            {
                Schedule();
            }
        }
    }

    public void Wake()
    {
        lock (_gate)
        {
            if (_signal.CurrentCount == 0)
            {
                _signal.Release();
            }
        }
    }

    /// <returns>Whether there was news, and not just the end of the time.</returns>
    public Task<bool> WaitAsync(TimeSpan timeout, CancellationToken cancellation) => _signal.WaitAsync(timeout, cancellation);

    public void Dispose()
    {
        lock (_gate)
        {
            _timer?.Dispose();
            _timer = null;
            _due.Clear();
        }
    }

    private void Schedule()
    {
        _timer?.Dispose();
        var wait = new DateTimeOffset(_due.Min * (TimeSpan.TicksPerSecond / 10), TimeSpan.Zero) - time.GetUtcNow();
        _timer = time.CreateTimer(_ => Fire(), state: null, wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private void Fire()
    {
        lock (_gate)
        {
            var now = time.GetUtcNow().UtcTicks / (TimeSpan.TicksPerSecond / 10);
            _due.RemoveWhere(tenth => tenth <= now);
            if (_due.Count > 0)
            {
                Schedule();
            }
        }

        Wake();
    }
}

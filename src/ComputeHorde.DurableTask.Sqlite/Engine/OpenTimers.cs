namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>A timer that the orchestrator may still await.</summary>
internal sealed class OpenTimer(TimerCreated action, DateTime created) : TaskCompletionSource
{
    public DateTime Created => created;

    public TimerCreated Action => action;
}

/// <summary>The timers of one execution. One that goes off while the instance is suspended stays open until it is handed over.</summary>
internal sealed class OpenTimers
{
    private readonly Dictionary<int, OpenTimer> _open = [];
    private readonly PriorityQueue<OpenTimer, (long FireAt, int Id)> _running = new();

    public int Count => _open.Count;

    /// <summary>The earliest time, in ticks of UTC, at which one goes off.</summary>
    public long? Next => _running.TryPeek(out _, out var first) ? first.FireAt : null;

    public void Add(OpenTimer timer)
    {
        _open.Add(timer.Action.Id, timer);
        _running.Enqueue(timer, (timer.Action.FireAt, timer.Action.Id));
    }

    /// <summary>Adds the timers that have gone off by now to what the instance receives, in their order.</summary>
    public void TakeDue(long now, List<HistoryEvent> received)
    {
        while (_running.TryPeek(out var timer, out var first) && first.FireAt <= now)
        {
            _running.Dequeue();
            received.Add(new TimerFired(timer.Action.Id));
        }
    }

    /// <summary>It has gone off, whether it can be handed over or not.</summary>
    public void Stop(int id)
    {
        if (_open.TryGetValue(id, out var timer))
        {
            _running.Remove(timer, out _, out _);
        }
    }

    /// <summary>Nobody awaits it any more.</summary>
    public OpenTimer? Close(int id)
    {
        Stop(id);
        return _open.Remove(id, out var timer) ? timer : null;
    }
}

namespace ComputeHorde.Durable.LocalRuntime.Engine;

/// <summary>
/// Wakes instances at their next timer: one entry for each, whether it is in memory or not. On the system's own clock the
/// idle worker watches the time, which saves two changes of threads; any other clock calls back.
/// </summary>
internal sealed class WakeQueue : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(20);

    private readonly Lock gate = new();
    private readonly Dictionary<string, long> wakes = [];
    private readonly PriorityQueue<string, long> order = new();
    private readonly TimeProvider time;
    private readonly Action<string> wake;
    private readonly ITimer? timer;
    private readonly List<string> due = [];
    private long armed = long.MaxValue;
    private bool disposed;
    private int count;

    public WakeQueue(TimeProvider time, Action<string> wake)
    {
        (this.time, this.wake) = (time, wake);
        timer = time == TimeProvider.System ? null : time.CreateTimer(static state => ((WakeQueue)state!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many instances wait for a timer.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>Wakes an instance at a time, in ticks of UTC. An earlier wake is kept, and harmless.</summary>
    public void Set(string instanceId, long at)
    {
        lock (gate)
        {
            if (disposed || (wakes.TryGetValue(instanceId, out var known) && known <= at))
            {
                return;
            }

            wakes[instanceId] = at;
            count = wakes.Count;
            order.Enqueue(instanceId, at);
            if (at < armed)
            {
                Arm(at);
            }
        }
    }

    /// <summary>How many milliseconds a worker may sleep before it must call <see cref="Fire"/>; -1 for as long as it likes.</summary>
    public int MillisecondsToSleep()
    {
        var next = Volatile.Read(ref armed);
        return timer is not null || next == long.MaxValue
            ? Timeout.Infinite
            : (int)Math.Clamp(Math.Ceiling((next - time.GetUtcNow().UtcTicks) / (double)TimeSpan.TicksPerMillisecond), 0, 60_000);
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        lock (gate)
        {
            wakes.Clear();
            count = 0;
            order.Clear();
            armed = long.MaxValue;
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            timer?.Dispose();
        }
    }

    /// <summary>Wakes the instances whose time has come.</summary>
    public void Fire()
    {
        lock (gate)
        {
            armed = long.MaxValue;
            var now = time.GetUtcNow().UtcTicks;
            while (order.TryPeek(out var instanceId, out var at))
            {
                if (wakes.GetValueOrDefault(instanceId, long.MinValue) != at)
                {
                    order.Dequeue();
                }
                else if (at <= now)
                {
                    order.Dequeue();
                    wakes.Remove(instanceId);
                    due.Add(instanceId);
                    count = wakes.Count;
                }
                else
                {
                    if (!disposed)
                    {
                        Arm(at);
                    }

                    break;
                }
            }

            foreach (var instanceId in due)
            {
                wake(instanceId);
            }

            due.Clear();
        }
    }

    private void Arm(long at)
    {
        Volatile.Write(ref armed, at);
        if (timer is null)
        {
            return;
        }

        // Timers count whole milliseconds: rounded up, or they would go off too early and be set again and again.
        var delay = TimeSpan.FromMilliseconds(Math.Ceiling((at - time.GetUtcNow().UtcTicks) / (double)TimeSpan.TicksPerMillisecond));
        timer.Change(delay < TimeSpan.Zero ? TimeSpan.Zero : delay > Longest ? Longest : delay, Timeout.InfiniteTimeSpan);
    }
}

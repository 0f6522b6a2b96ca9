namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>
/// The clock of this machine, in ticks of UTC, as if it had never been set back: what waits for a time waits no longer for that. Forward it
/// goes with it, as after a machine's sleep.
/// </summary>
internal sealed class SteadyClock(TimeProvider time)
{
    /// <summary>Clocks that are kept right go a little slower at times.</summary>
    public const long Tolerance = TimeSpan.TicksPerSecond;

    private const int MostTries = 10;

    private readonly Lock _gate = new();
    private long _shown = time.GetUtcNow().UtcTicks;
    private long _stamp = time.GetTimestamp();
    private long _setBack;

    public long Now
    {
        get
        {
            lock (_gate)
            {
                return Look();
            }
        }
    }

    /// <summary>When this clock will show what the machine's would show at a time, were it not set again.</summary>
    public long Of(long at)
    {
        lock (_gate)
        {
            Look();
            return at + _setBack;
        }
    }

    /// <summary>
    /// How far the time of an instance, which never goes back, is ahead of the machine's clock, because that was set back since its latest
    /// turn: its timers count by its own time.
    /// </summary>
    /// <param name="time">The machine's clock.</param>
    /// <param name="turn">The time of the latest turn.</param>
    /// <param name="stamp">The timestamp of that moment.</param>
    public static long Lead(TimeProvider time, long turn, long stamp)
    {
        var lead = turn + time.GetElapsedTime(stamp).Ticks - time.GetUtcNow().UtcTicks;
        return lead > Tolerance ? lead : 0;
    }

    private long Look()
    {
        // Both of one moment: a thread may be held up between the two, and virtual time jumps. Some clocks go on at each look.
        var (stamp, shown) = (time.GetTimestamp(), time.GetUtcNow().UtcTicks);
        for (var tries = 0; tries < MostTries && time.GetElapsedTime(stamp).Ticks > Tolerance / 10; tries++)
        {
            (stamp, shown) = (time.GetTimestamp(), time.GetUtcNow().UtcTicks);
        }

        var back = _shown + time.GetElapsedTime(_stamp, stamp).Ticks - shown;
        _setBack += back > Tolerance ? back : 0;
        (_shown, _stamp) = (shown, stamp);
        return shown + _setBack;
    }
}

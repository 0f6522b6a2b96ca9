namespace ComputeHorde.Storage.Local.Queues;

/// <summary>
/// The clock of the queues: the machine's as if it had never been set back, whether here or while nothing ran, so that no message waits for
/// that. Forward it goes with it, as after a machine's sleep.
/// </summary>
internal sealed class QueueClock : TimeProvider
{
    private const int MostTries = 10;

    /// <summary>Clocks that are kept right go a little slower at times.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _machine;
    private readonly Lock _gate = new();
    private DateTimeOffset _shown;
    private long _stamp;
    private TimeSpan _setBack;

    /// <param name="machine">The clock of the machine.</param>
    /// <param name="newest">The time of the newest message.</param>
    public QueueClock(TimeProvider machine, DateTimeOffset newest)
    {
        _machine = machine;
        (_stamp, _shown) = Look();
        _setBack = newest - _shown > Tolerance ? newest - _shown : TimeSpan.Zero;
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            var (stamp, shown) = Look();
            var back = _shown + _machine.GetElapsedTime(_stamp, stamp) - shown;
            _setBack += back > Tolerance ? back : TimeSpan.Zero;
            (_stamp, _shown) = (stamp, shown);
            return shown + _setBack;
        }
    }

    /// <summary>When the clock of the machine will show what this one would at a time.</summary>
    public DateTimeOffset OnMachine(DateTimeOffset at)
    {
        lock (_gate)
        {
            return at - _setBack;
        }
    }

    /// <summary>
    /// Both of one moment: a thread may be held up between the two, and virtual time jumps. Some clocks go on at each look.
    /// </summary>
    private (long Stamp, DateTimeOffset Shown) Look()
    {
        var (stamp, shown) = (_machine.GetTimestamp(), _machine.GetUtcNow());
        for (var tries = 0; tries < MostTries && _machine.GetElapsedTime(stamp) >= Tolerance / 10; tries++)
        {
            (stamp, shown) = (_machine.GetTimestamp(), _machine.GetUtcNow());
        }

        return (stamp, shown);
    }
}

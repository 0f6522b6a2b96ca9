namespace ComputeHorde.Durable.Tests.Support;

/// <summary>A clock whose time can be set without time passing.</summary>
internal sealed class SettableClock(DateTimeOffset start) : TimeProvider
{
    private DateTimeOffset _now = start;
    private long _passed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Pass(TimeSpan time) => (_now, _passed) = (_now + time, _passed + time.Ticks);

    public void Set(TimeSpan by) => _now += by;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _passed;
}

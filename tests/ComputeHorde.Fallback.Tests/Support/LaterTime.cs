namespace ComputeHorde.Fallback.Tests.Support;

/// <summary>The machine's clock, and later by what a test says.</summary>
internal sealed class LaterTime : TimeProvider
{
    private long _later;

    public TimeSpan Later
    {
        get => new(Interlocked.Read(ref _later));
        set => Interlocked.Exchange(ref _later, value.Ticks);
    }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Later;
}

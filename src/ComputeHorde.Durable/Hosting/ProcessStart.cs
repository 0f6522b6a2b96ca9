namespace ComputeHorde.Durable.Hosting;

/// <summary>When this process began, made by <see cref="StartChecks"/>: what was asked for before that was asked of another process.</summary>
internal sealed class ProcessStart(TimeProvider timeProvider)
{
    public DateTimeOffset At { get; } = timeProvider.GetUtcNow();

    public long Timestamp { get; } = timeProvider.GetTimestamp();
}

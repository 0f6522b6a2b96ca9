namespace ComputeHorde.Durable.Runs;

/// <summary>
/// When the oldest run of the first page was created that was shown last. A hint: where it is wrong, the search takes some steps more.
/// </summary>
internal sealed class NewestStart
{
    private long _ticks;

    public DateTimeOffset? Known
    {
        get => Volatile.Read(ref _ticks) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;
        set => Volatile.Write(ref _ticks, value?.UtcTicks ?? 0);
    }
}

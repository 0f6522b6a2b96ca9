namespace ComputeHorde.Functions.Local.Storage;

/// <summary>The wait between polls: short after work, longer and longer without, with jitter. Polls are outside I/O and keep the real clock.</summary>
internal sealed class IdleBackoff(TimeSpan minimum, TimeSpan maximum)
{
    private TimeSpan _next = minimum < maximum ? minimum : maximum;

    public void Reset() => _next = minimum < maximum ? minimum : maximum;

    public async Task WaitAsync(CancellationToken cancellation)
    {
        var wait = _next * (0.8 + (0.4 * Random.Shared.NextDouble()));
        var doubled = _next * 2;
        _next = doubled < maximum ? doubled : maximum;
        await Task.Delay(wait, TimeProvider.System, cancellation);
    }
}

namespace ComputeHorde.Functions.Local.Storage;

/// <summary>The wait between polls: short after work, longer and longer without, with jitter, and over at once when there is news. Polls
/// are outside I/O and keep the real clock.</summary>
internal sealed class IdleBackoff(TimeSpan minimum, TimeSpan maximum, NewsSignal? news = null)
{
    private TimeSpan _next = minimum < maximum ? minimum : maximum;

    public void Reset() => _next = minimum < maximum ? minimum : maximum;

    /// <returns>Whether news ended the wait.</returns>
    public async Task<bool> WaitAsync(CancellationToken cancellation)
    {
        var wait = _next * (0.8 + (0.4 * Random.Shared.NextDouble()));
        var doubled = _next * 2;
        _next = doubled < maximum ? doubled : maximum;
        if (news is not null)
        {
            return await news.WaitAsync(wait, cancellation);
        }

        await Task.Delay(wait, TimeProvider.System, cancellation);
        return false;
    }
}

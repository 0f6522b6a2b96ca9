namespace ComputeHorde.Functions.Local.Invocation;

/// <summary>Counts the running invocations, so that the host can stop when they have ended.</summary>
internal sealed class InvocationDrain : IDisposable
{
    private readonly CancellationTokenSource _aborted = new();
    private readonly CancellationTokenSource _abandoned = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly WorkCounter _running = new();

    /// <summary>Cancelled when running functions must come to an end.</summary>
    public CancellationToken Aborted => _aborted.Token;

    /// <summary>Cancelled when nobody waits for running functions any longer.</summary>
    public CancellationToken Abandoned => _abandoned.Token;

    /// <summary>Cancelled when storage has had its time too, to be told what became of running functions.</summary>
    public CancellationToken Closed => _closed.Token;

    public Lease Enter()
    {
        _running.Begin();
        return new Lease(_running);
    }

    /// <summary>Waits for running invocations; after <paramref name="patience"/> cancels them and waits a moment more.</summary>
    /// <returns>How many had to be cancelled.</returns>
    public async Task<int> DrainAsync(TimeSpan patience, TimeSpan grace)
    {
        if (await EmptyWithinAsync(patience))
        {
            return 0;
        }

        var cancelled = _running.Running;
        await _aborted.CancelAsync();
        await EmptyWithinAsync(grace);
        await _abandoned.CancelAsync();
        return cancelled;
    }

    /// <summary>Cancels what runs, and whatever begins from now on: nobody waits for it any longer.</summary>
    /// <param name="grace">How long storage may still be told about it.</param>
    public async Task CloseAsync(TimeSpan grace)
    {
        await _aborted.CancelAsync();
        await _abandoned.CancelAsync();
        _closed.CancelAfter(grace);
    }

    public void Dispose()
    {
        _aborted.Dispose();
        _abandoned.Dispose();
        _closed.Dispose();
    }

    private async Task<bool> EmptyWithinAsync(TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience, TimeProvider.System);
        await _running.WhenAtMostAsync(0, limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _running.Running == 0;
    }

    internal readonly struct Lease(WorkCounter running) : IDisposable
    {
        public void Dispose() => running.End();
    }
}

namespace ComputeHorde.Durable.LocalRuntime.FunctionsHost.Invocation;

/// <summary>Counts the running invocations, so that the host can stop when they have ended.</summary>
internal sealed class InvocationDrain : IDisposable
{
    private readonly CancellationTokenSource _aborted = new();
    private readonly CancellationTokenSource _abandoned = new();
    private readonly Lock _lock = new();
    private TaskCompletionSource? _empty;
    private int _running;

    /// <summary>Cancelled when running functions must come to an end.</summary>
    public CancellationToken Aborted => _aborted.Token;

    /// <summary>Cancelled when nobody waits for running functions any longer.</summary>
    public CancellationToken Abandoned => _abandoned.Token;

    public int Running => Volatile.Read(ref _running);

    public Lease Enter()
    {
        lock (_lock)
            _running++;
        return new Lease(this);
    }

    /// <summary>Waits for running invocations; after <paramref name="patience"/> cancels them and waits a moment more.</summary>
    /// <returns>How many had to be cancelled.</returns>
    public async Task<int> DrainAsync(TimeSpan patience, TimeSpan grace)
    {
        if (await EmptyWithinAsync(patience))
            return 0;

        var cancelled = Running;
        await _aborted.CancelAsync();
        await EmptyWithinAsync(grace);
        await _abandoned.CancelAsync();
        return cancelled;
    }

    public void Dispose()
    {
        _aborted.Dispose();
        _abandoned.Dispose();
    }

    private async Task<bool> EmptyWithinAsync(TimeSpan patience)
    {
        Task empty;
        lock (_lock)
        {
            if (_running == 0)
                return true;
            _empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            empty = _empty.Task;
        }

        using var stop = new CancellationTokenSource();
        var ended = await Task.WhenAny(empty, Task.Delay(patience, TimeProvider.System, stop.Token)) == empty;
        await stop.CancelAsync();
        return ended;
    }

    private void Leave()
    {
        lock (_lock)
        {
            if (--_running > 0)
                return;
            _empty?.TrySetResult();
            _empty = null;
        }
    }

    internal readonly struct Lease(InvocationDrain drain) : IDisposable
    {
        public void Dispose() => drain.Leave();
    }
}

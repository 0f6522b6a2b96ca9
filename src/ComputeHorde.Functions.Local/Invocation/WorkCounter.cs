namespace ComputeHorde.Functions.Local.Invocation;

/// <summary>Counts work that runs, and lets others wait until there is little enough of it.</summary>
internal sealed class WorkCounter
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _changed;
    private int _running;

    public int Running
    {
        get
        {
            lock (_lock)
            {
                return _running;
            }
        }
    }

    public void Begin()
    {
        lock (_lock)
        {
            _running++;
        }
    }

    public void End()
    {
        TaskCompletionSource? changed;
        lock (_lock)
        {
            _running--;
            (changed, _changed) = (_changed, null);
        }

        changed?.TrySetResult();
    }

    public async Task WhenAtMostAsync(int count, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_running <= count)
                {
                    return;
                }

                _changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellation);
        }
    }
}

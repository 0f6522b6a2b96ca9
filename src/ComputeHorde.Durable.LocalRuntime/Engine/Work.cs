namespace ComputeHorde.Durable.LocalRuntime.Engine;

/// <summary>Counts what is under way, and says when that becomes nothing or something.</summary>
internal sealed class Work(Action? busy, Action? idle)
{
    private int count;

    public bool IsIdle => Volatile.Read(ref count) == 0;

    public void Begin()
    {
        if (Interlocked.Increment(ref count) == 1)
        {
            busy?.Invoke();
        }
    }

    public void End()
    {
        if (Interlocked.Decrement(ref count) == 0)
        {
            idle?.Invoke();
        }
    }
}

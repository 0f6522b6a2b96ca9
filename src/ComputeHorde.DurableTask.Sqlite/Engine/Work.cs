namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>Counts what is under way, and says when that becomes nothing or something.</summary>
internal sealed class Work(Action? busy, Action? idle)
{
    private int _count;

    public bool IsIdle => Volatile.Read(ref _count) == 0;

    public void Begin()
    {
        if (Interlocked.Increment(ref _count) == 1)
        {
            busy?.Invoke();
        }
    }

    public void End()
    {
        if (Interlocked.Decrement(ref _count) == 0)
        {
            idle?.Invoke();
        }
    }
}

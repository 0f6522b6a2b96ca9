using System.Runtime.ExceptionServices;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>
/// Runs everything an orchestrator continues with on the thread of its turn, in order. What comes from outside of a turn
/// means that the orchestrator awaited something that is not durable.
/// </summary>
internal sealed class TurnScheduler(Action strayed) : TaskScheduler
{
    private readonly Queue<Task> _ready = new(0);
    private int _thread;

    /// <summary>Whether the caller is in the turn.</summary>
    public bool InTurn => Volatile.Read(ref _thread) == Environment.CurrentManagedThreadId;

    public override int MaximumConcurrencyLevel => 1;

    public void Run(Action<object?> turn, object? state)
    {
        Volatile.Write(ref _thread, Environment.CurrentManagedThreadId);
        try
        {
            var task = new Task(turn, state, CancellationToken.None, TaskCreationOptions.DenyChildAttach);
            task.RunSynchronously(this);
            if (task.Exception?.InnerException is { } e)
            {
                ExceptionDispatchInfo.Throw(e);
            }
        }
        finally
        {
            Volatile.Write(ref _thread, 0);
        }
    }

    /// <summary>Runs what has been queued meanwhile.</summary>
    public void Drain()
    {
        while (_ready.TryDequeue(out var task))
        {
            TryExecuteTask(task);
        }
    }

    protected override void QueueTask(Task task)
    {
        if (InTurn)
        {
            _ready.Enqueue(task);
        }
        else
        {
            strayed();
        }
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && InTurn && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => _ready;
}

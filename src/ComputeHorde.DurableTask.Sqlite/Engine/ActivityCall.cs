using ComputeHorde.DurableTask.Sqlite.Storage;
using Microsoft.DurableTask;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>One call of an activity.</summary>
internal sealed class ActivityCall(string instanceId, long key, int generation, TaskScheduled task, ActivityPace pace) : TaskActivityContext
{
    public override TaskName Name => task.Name;

    public override string InstanceId => instanceId;

    public override string Version => task.Version ?? "";

    /// <summary>Which call it is, over all instances and executions.</summary>
    public (long Key, int Generation, int TaskId) Identity => (key, generation, task.Id);

    public TaskScheduled Task => task;

    public ActivityPace Pace => pace;

    /// <summary>How many microseconds it will probably hold the thread that starts it.</summary>
    public double Expected { get; } = pace.Microseconds;

    /// <summary>The calling instance; null for a call that was left behind.</summary>
    public InstanceRow? Caller { get; init; }

    /// <summary>The number of the message that keeps a call whose caller has gone on without it; zero for any other.</summary>
    public long StoredId { get; set; }

    public Message Answer(HistoryEvent answer) => new(answer, Key: key, Generation: generation);
}

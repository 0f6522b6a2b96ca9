using Microsoft.DurableTask;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.LocalRuntime.Engine;

/// <summary>Runs activities, so many at once, each in a scope of its own.</summary>
internal sealed class ActivityDispatcher(
    DurableTaskRegistry registry,
    IServiceScopeFactory scopes,
    DataConverter converter,
    IExceptionPropertiesProvider? properties,
    int most,
    Work running,
    Action<string, Message> deliver,
    Func<int> epoch,
    ILogger logger,
    CancellationToken stopping) : IThreadPoolWorkItem
{
    private readonly Lock gate = new();
    private readonly Queue<ActivityCall> waiting = [];
    private readonly HashSet<(long Key, int Generation, int TaskId)> inFlight = [];
    private int active;
    private bool starting;

    /// <summary>How many activities are running.</summary>
    public int Active => Volatile.Read(ref active);

    /// <summary>Whether a call is running or waits to run.</summary>
    public bool IsInFlight(long key, int generation, int taskId)
    {
        lock (gate)
        {
            return inFlight.Contains((key, generation, taskId));
        }
    }

    /// <summary>Runs a call, unless it is in flight already.</summary>
    public void Add(string instanceId, long key, int generation, TaskScheduled task)
    {
        var call = new ActivityCall(instanceId, key, generation, task);
        var start = false;
        lock (gate)
        {
            if (!inFlight.Add(call.Identity))
            {
                return;
            }

            waiting.Enqueue(call);
            start = MayStart();
        }

        running.Begin();
        if (start)
        {
            Start();
        }
    }

    /// <summary>Runs calls as long as there are any that may run. A call that waits does not keep the next from starting.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        lock (gate)
        {
            starting = false;
        }

        while (TryTake() is { } call)
        {
            _ = RunAsync(call);
        }
    }

    /// <summary>Whether another thread should come and take calls; at most one is on its way.</summary>
    private bool MayStart()
    {
        if (starting || waiting.Count == 0 || active >= most || stopping.IsCancellationRequested)
        {
            return false;
        }

        return starting = true;
    }

    private void Start() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    private ActivityCall? TryTake()
    {
        ActivityCall? call;
        bool start;
        lock (gate)
        {
            if (active >= most || stopping.IsCancellationRequested || !waiting.TryDequeue(out call))
            {
                return null;
            }

            active++;
            start = MayStart();
        }

        if (start)
        {
            Start();
        }

        return call;
    }

    private async Task RunAsync(ActivityCall call)
    {
        var answer = await AnswerAsync(call);
        int before;
        do
        {
            // If the hub begins anew while the answer is handed over, it may have been lost, and the call looked in flight.
            before = epoch();
            if (answer is not null)
            {
                deliver(call.InstanceId, call.Answer(answer));
            }

            lock (gate)
            {
                inFlight.Remove(call.Identity);
            }
        }
        while (epoch() != before);

        bool start;
        lock (gate)
        {
            active--;
            start = MayStart();
        }

        running.End();
        if (start)
        {
            Start();
        }
    }

    private async ValueTask<HistoryEvent?> AnswerAsync(ActivityCall call)
    {
        var task = call.Task;
        try
        {
            if (registry.FindActivity(task.Name, new TaskVersion(task.Version)) is not { } factory)
            {
                return new TaskFailed(task.Id, Failures.ActivityNotFound(task.Name));
            }

            var scope = scopes.CreateAsyncScope();
            await using (scope)
            {
                var activity = factory(scope.ServiceProvider);
                var output = await activity.RunAsync(call, converter.Deserialize(task.Input, activity.InputType));
                return new TaskCompleted(task.Id, converter.Serialize(output));
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // It gave way to the shutdown: it runs again after the next start.
            return null;
        }
        catch (Exception e)
        {
            // Whatever an activity throws is its answer to the orchestrator.
            Logs.ActivityFailed(logger, task.Name, task.Id, call.InstanceId, e);
            return new TaskFailed(task.Id, TaskFailureDetails.FromException(e, properties));
        }
    }
}

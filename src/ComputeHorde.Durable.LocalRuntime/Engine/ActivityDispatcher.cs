using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.LocalRuntime.Engine;

/// <summary>Runs activities, so many at once, each in a scope of its own.</summary>
internal sealed class ActivityDispatcher(
    DurableTaskRegistry registry,
    IServiceScopeFactory scopes,
    DataConverter converter,
    int most,
    Work running,
    Action<string, Message> deliver,
    ILogger logger,
    CancellationToken stopping)
{
    private readonly Lock gate = new();
    private readonly Queue<ActivityCall> waiting = [];
    private readonly HashSet<(long Key, int Generation, int TaskId)> inFlight = [];
    private int active;

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
        var call = new ActivityCall(this, instanceId, key, generation, task);
        lock (gate)
        {
            if (!inFlight.Add(call.Identity))
            {
                return;
            }

            if (active >= most || stopping.IsCancellationRequested)
            {
                waiting.Enqueue(call);
                return;
            }

            active++;
        }

        running.Begin();
        ThreadPool.UnsafeQueueUserWorkItem(call, preferLocal: false);
    }

    /// <summary>Runs one call to its end.</summary>
    public async Task RunAsync(ActivityCall call)
    {
        if (await AnswerAsync(call) is { } answer)
        {
            deliver(call.InstanceId, call.Answer(answer));
        }

        Next(call);
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
            return new TaskFailed(task.Id, TaskFailureDetails.FromException(e));
        }
    }

    private void Next(ActivityCall done)
    {
        ActivityCall? next = null;
        lock (gate)
        {
            inFlight.Remove(done.Identity);
            if (stopping.IsCancellationRequested || !waiting.TryDequeue(out next))
            {
                active--;
            }
        }

        if (next is not null)
        {
            ThreadPool.UnsafeQueueUserWorkItem(next, preferLocal: false);
        }
        else
        {
            running.End();
        }
    }
}

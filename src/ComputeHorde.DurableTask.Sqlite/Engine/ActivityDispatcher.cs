using System.Collections.Concurrent;
using System.Diagnostics;
using ComputeHorde.DurableTask.Sqlite.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>
/// Runs activities, so many at once, each in a scope of its own: on the pool, or a few quick ones on the turn worker that
/// has committed their calls.
/// </summary>
internal sealed class ActivityDispatcher(
    TaskHub hub,
    TaskHubWorker worker,
    IServiceScopeFactory scopes,
    Work running,
    ILoggerFactory loggers,
    ILogger logger
) : IThreadPoolWorkItem
{
    private readonly int _most = worker.Options.Concurrency.MaximumConcurrentActivityWorkItems;
    private readonly CancellationToken _stopping = hub.Stopping;
    private readonly ILogger _log = loggers.CreateLogger(WorkerLogs.Activities);
    private readonly ConcurrentDictionary<string, ActivityPace> _paces = new();
    private readonly Lock _gate = new();
    private readonly Queue<ActivityCall> _waiting = [];
    private readonly Dictionary<(long Key, int Generation, int TaskId), ActivityCall> _inFlight = [];
    private double _backlog;
    private int _waitingCount;
    private int _active;
    private bool _starting;

    /// <summary>How many microseconds of work may wait for a turn worker; more goes to the pool. Below zero all does.</summary>
    public double MostInline { get; init; } = 500;

    /// <summary>How many activities are running.</summary>
    public int Active => Volatile.Read(ref _active);

    /// <summary>Whether a turn worker should run a call: some wait that may run, but not so many that the pool is at them.</summary>
    public bool WantsInline =>
        Volatile.Read(ref _waitingCount) > 0
        && Volatile.Read(ref _backlog) <= MostInline
        && Active < _most
        && !_stopping.IsCancellationRequested;

    /// <summary>Whether a call is running or waits to run.</summary>
    public bool IsInFlight(long key, int generation, int taskId)
    {
        lock (_gate)
        {
            return _inFlight.ContainsKey((key, generation, taskId));
        }
    }

    /// <summary>Has a call that is in flight take its message out of the store when it has run.</summary>
    /// <returns>False when it is not in flight.</returns>
    public bool TryKeep(long key, int generation, int taskId, long storedId)
    {
        lock (_gate)
        {
            if (!_inFlight.TryGetValue((key, generation, taskId), out var call))
            {
                return false;
            }

            call.StoredId = storedId;
            return true;
        }
    }

    /// <summary>Runs a call, unless it is in flight already.</summary>
    public void Add(string instanceId, long key, int generation, TaskScheduled task, InstanceRow? caller = null)
    {
        var call = new ActivityCall(instanceId, key, generation, task, _paces.GetOrAdd(task.Name, static _ => new ActivityPace()))
        {
            Caller = caller,
        };
        bool start;
        lock (_gate)
        {
            if (!_inFlight.TryAdd(call.Identity, call))
            {
                return;
            }

            _waiting.Enqueue(call);
            _waitingCount = _waiting.Count;
            _backlog += call.Expected;
            start = _backlog > MostInline && MayStart();
        }

        running.Begin();
        if (start)
        {
            Queue();
        }
    }

    /// <summary>Has the pool run what waits.</summary>
    public void Start()
    {
        bool start;
        lock (_gate)
        {
            start = MayStart();
        }

        if (start)
        {
            Queue();
        }
    }

    /// <summary>Runs a call on this thread, if one may run.</summary>
    /// <param name="isAlone">Whether the caller sees to it that others run what waits when this call takes long.</param>
    public bool TryRunOne(bool isAlone)
    {
        if (TryTake(isAlone) is not { } call)
        {
            return false;
        }

        var start = TimeProvider.System.GetTimestamp();
        _ = RunAsync(call);
        call.Pace.Add(TimeProvider.System.GetElapsedTime(start));
        return true;
    }

    /// <summary>Runs calls as long as there are any that may run. A call that waits does not keep the next from starting.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        lock (_gate)
        {
            _starting = false;
        }

        while (TryRunOne(isAlone: false))
        {
            // The next.
        }
    }

    /// <summary>Whether another thread should come and take calls; at _most one is on its way.</summary>
    private bool MayStart()
    {
        if (_starting || _waiting.Count == 0 || _active >= _most || _stopping.IsCancellationRequested)
        {
            return false;
        }

        return _starting = true;
    }

    private void Queue() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    private ActivityCall? TryTake(bool isAlone)
    {
        ActivityCall? call;
        bool start;
        lock (_gate)
        {
            if (_active >= _most || _stopping.IsCancellationRequested || !_waiting.TryDequeue(out call))
            {
                return null;
            }

            _active++;
            _waitingCount = _waiting.Count;
            _backlog = _waitingCount == 0 ? 0 : _backlog - call.Expected;
            start = (!isAlone || _backlog > MostInline) && MayStart();
        }

        if (start)
        {
            Queue();
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
            before = hub.Commits.Epoch;
            if (answer is not null)
            {
                hub.Deliver(call.InstanceId, call.Answer(answer));
            }

            lock (_gate)
            {
                _inFlight.Remove(call.Identity);
            }
        } while (hub.Commits.Epoch != before);

        if (answer is not null && call.StoredId != 0)
        {
            // Without an event it only takes the message out.
            hub.Deliver(call.InstanceId, new Message(null, call.StoredId, Key: -1));
        }

        bool start;
        lock (_gate)
        {
            // Below the limit those who came for the calls are still at it.
            var wasFull = _active-- == _most;
            start = wasFull && MayStart();
        }

        running.End();
        if (start)
        {
            Queue();
        }
    }

    private async ValueTask<HistoryEvent?> AnswerAsync(ActivityCall call)
    {
        var task = call.Task;
        (Activity?, Activity?) spans = default;
        string? error = null;
        try
        {
            spans = Spans.StartActivity(call);
            var scope = new LazyScope(scopes);
            await using (scope)
            {
                if (worker.Tasks.CreateActivity(task.Name, task.Version, scope) is not { } activity)
                {
                    return new TaskFailed(task.Id, Failures.ActivityNotFound(task.Name));
                }

                WorkerLogs.ActivityStarted(_log, call.InstanceId, task.Name);
                var converter = worker.Options.DataConverter;
                var output = await activity.RunAsync(call, converter.Deserialize(task.Input, activity.InputType));
                var completed = new TaskCompleted(task.Id, converter.Serialize(output));
                WorkerLogs.ActivityCompleted(_log, call.InstanceId, task.Name);
                return completed;
            }
        }
        catch (Exception e) when ((_stopping.IsCancellationRequested && IsCancellation(e)) || hub.HasLostServices)
        {
            // It gave way to the shutdown, whatever its libraries made of that, or was robbed of its services: it runs again after the next
            // start.
            Logs.ActivityInterrupted(logger, task.Name, task.Id, call.InstanceId);
            return null;
        }
        catch (Exception e)
        {
            // Whatever an activity throws is its answer to the orchestrator.
            LogFailed(call, e);
            var failure = Failures.FromException(e, worker.Properties);
            error = failure.ErrorMessage;
            return new TaskFailed(task.Id, failure);
        }
        finally
        {
            Spans.End(spans, error);
        }
    }

    private void LogFailed(ActivityCall call, Exception exception)
    {
        try
        {
            WorkerLogs.ActivityFailed(_log, exception, call.InstanceId, call.Task.Name);
        }
        catch (Exception)
        {
            // An exception that cannot be written must not cost the answer, which tells of it as well.
        }
    }

    private static bool IsCancellation(Exception? exception) =>
        exception switch
        {
            null => false,
            OperationCanceledException => true,
            AggregateException many => many.InnerExceptions.Any(IsCancellation),
            _ => IsCancellation(exception.InnerException),
        };
}

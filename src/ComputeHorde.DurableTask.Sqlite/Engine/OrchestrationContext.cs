using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using TaskFailedException = Microsoft.DurableTask.TaskFailedException;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>What the orchestrator of one execution sees; collects what it decides.</summary>
internal sealed class OrchestrationContext(
    ExecutionIdentity identity,
    DataConverter converter,
    ILoggerFactory loggers,
    TurnScheduler scheduler
) : TaskOrchestrationContext
{
    private readonly Dictionary<int, IOpenCall> _open = [];
    private OpenTimers? _timers;
    private List<ActionEvent>? _decided;
    private object? _input;
    private object? _customStatus;
    private bool _customStatusSet;
    private DateTime _now;
    private bool _replaying;
    private int _nextId;
    private int _guids;

    public override TaskName Name => identity.Name;

    public override string InstanceId => identity.InstanceId;

    public override ParentOrchestrationInstance? Parent => identity.Parent;

    public override string Version => identity.Version ?? "";

    public override DateTime CurrentUtcDateTime => _now;

    public override bool IsReplaying => _replaying;

    /// <summary>Activities and sub-orchestrations that have not come back, by id of the action.</summary>
    public Dictionary<int, IOpenCall> Open => _open;

    /// <summary>Timers that the code has set; null as long as there was none.</summary>
    public OpenTimers? Timers => _timers;

    /// <summary>Whether anything has not come back that the code has called, or a timer has not gone off.</summary>
    public bool HasOpenCalls => _open.Count > 0 || _timers?.Count > 0;

    /// <summary>How many activities have not come back.</summary>
    public int OpenActivities { get; private set; }

    /// <summary>External events and their waiters.</summary>
    public ExternalEvents Events { get; } = new(converter);

    /// <summary>How to start over, if the code wants to.</summary>
    public ContinueAsNewOptions? Next { get; private set; }

    /// <summary>The custom status as text, if this turn has set it.</summary>
    public (bool Set, string? Value) CustomStatus => _customStatusSet ? (true, converter.Serialize(_customStatus)) : default;

    protected override ILoggerFactory LoggerFactory => loggers;

    /// <summary>Begins a turn; what the code decides in it is added to <paramref name="decided"/>.</summary>
    public void BeginTurn(long timestamp, bool isReplay, List<ActionEvent> decided)
    {
        _decided = decided;
        _now = new DateTime(timestamp, DateTimeKind.Utc);
        _replaying = isReplay;
        _customStatusSet = false;
    }

    public void SetInput(object? value) => _input = value;

    public void Complete(int id, string? result)
    {
        if (Close(id) is { } call)
        {
            call.Complete(result);
        }
    }

    public void FireTimer(int id)
    {
        if (_timers?.Close(id) is { } timer)
        {
            if (!_replaying)
            {
                Spans.WriteTimer(
                    identity.Trace,
                    identity.Name,
                    InstanceId,
                    id,
                    timer.Created,
                    new DateTime(timer.Action.FireAt, DateTimeKind.Utc)
                );
            }

            timer.TrySetResult();
        }
    }

    public void Fail(int id, FailureDetails failure)
    {
        if (Close(id) is { } call)
        {
            call.Fail(failure);
        }
    }

    /// <summary>Adds the end of the execution as its last action.</summary>
    public ExecutionCompleted End(OrchestrationRuntimeStatus status, string? output, FailureDetails? failure) =>
        Decide(new ExecutionCompleted(_nextId, status, output, failure));

    public override T? GetInput<T>()
        where T : default => _input is T typed ? typed : converter.Deserialize<T>(identity.Input);

    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        if (input is TaskOptions && options is null)
        {
            throw new ArgumentException(
                "A TaskOptions value was provided for the activity input but no value was provided for options. "
                    + "Did you mean to provide it for the options parameter?",
                nameof(input)
            );
        }

        RequireName(name, nameof(name));
        var version = options?.Version is { } given ? VersionOrNone(given) : identity.Version;
        var data = converter.Serialize(input);
        return options?.Retry is { } retry
            ? RetryActivityAsync<TResult>(name, version, data, retry)
            : CallActivity<TResult>(name, version, data);
    }

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(
        TaskName orchestratorName,
        object? input = null,
        TaskOptions? options = null
    )
    {
        RequireName(orchestratorName, nameof(orchestratorName));
        var sub = options as SubOrchestrationOptions;
        var id = sub?.InstanceId ?? NewGuid().ToString("N");
        var version = options?.Version is { } given ? VersionOrNone(given) : identity.DefaultVersion;
        var tags = options?.Tags is { Count: > 0 } own ? new Dictionary<string, string>(own) : null;
        var data = converter.Serialize(input);
        var isNew = sub?.InstanceId is null;
        return options?.Retry is { } retry
            ? RetryAsync(orchestratorName, retry, attempt => CallSub(isNew && attempt == 0))
            : CallSub(isNew);

        Task<TResult> CallSub(bool isNewId) =>
            Call<TResult>(
                new SubOrchestrationCreated(_nextId, id, orchestratorName.Name, version, data) { IsNewId = isNewId, Tags = tags },
                orchestratorName
            );
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        RequireTurn();
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled(cancellationToken);
        }

        var timer = new OpenTimer(Decide(new TimerCreated(_nextId, fireAt.ToUniversalTime().Ticks)), _now);
        (_timers ??= new OpenTimers()).Add(timer);
        if (cancellationToken.CanBeCanceled)
        {
            CloseWhenCanceled(timer, cancellationToken);
        }

        return timer.Task;
    }

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
        where T : default
    {
        RequireTurn();
        return Events.WaitAsync<T>(eventName, cancellationToken);
    }

    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        RequireTurn();
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        Decide(new EventSent(_nextId, instanceId, eventName, converter.Serialize(payload)));
        if (!_replaying)
        {
            Spans.WriteEvent(identity.Trace, eventName, InstanceId, instanceId);
        }
    }

    public override void SetCustomStatus(object? customStatus)
    {
        RequireTurn();
        _customStatus = customStatus;
        _customStatusSet = true;
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
        ContinueAsNew(new ContinueAsNewOptions { NewInput = newInput, PreserveUnprocessedEvents = preserveUnprocessedEvents });

    public override void ContinueAsNew(ContinueAsNewOptions options)
    {
        RequireTurn();
        ArgumentNullException.ThrowIfNull(options);
        Next = options;
    }

    public override Guid NewGuid()
    {
        RequireTurn();
        return DeterministicGuid.Create(InstanceId, _now, _guids++);
    }

    private void CloseWhenCanceled(OpenTimer timer, CancellationToken cancellationToken) =>
        cancellationToken.Register(() =>
        {
            _timers?.Close(timer.Action.Id);
            timer.TrySetCanceled(cancellationToken);
        });

    private static void RequireName(TaskName name, string parameter)
    {
        if (string.IsNullOrEmpty(name.Name))
        {
            throw new ArgumentException("The name of the task is empty.", parameter);
        }
    }

    private static string? VersionOrNone(TaskVersion version) => version == TaskVersion.Unversioned ? null : version.Version;

    private Task<TResult> Call<TResult>(ActionEvent action, TaskName name)
    {
        RequireTurn();
        var task = new OpenTask<TResult>(Decide(action), name.Name, converter);
        _open.Add(action.Id, task);
        OpenActivities += action is TaskScheduled ? 1 : 0;
        return task.Task;
    }

    private T Decide<T>(T action)
        where T : ActionEvent
    {
        _nextId++;
        _decided!.Add(action);
        return action;
    }

    private IOpenCall? Close(int id)
    {
        if (!_open.Remove(id, out var call))
        {
            return null;
        }

        OpenActivities -= call.Action is TaskScheduled ? 1 : 0;
        return call;
    }

    private Task<T> CallActivity<T>(TaskName name, string? version, string? input) =>
        Call<T>(new TaskScheduled(_nextId, name.Name, version, input), name);

    // A method of its own, so that calls without retries make no closure.
    private Task<T> RetryActivityAsync<T>(TaskName name, string? version, string? input, TaskRetryOptions retry) =>
        RetryAsync(name, retry, _ => CallActivity<T>(name, version, input));

    private async Task<T> RetryAsync<T>(TaskName name, TaskRetryOptions retry, Func<int, Task<T>> attempt)
    {
        var start = _now;
        for (var failures = 0; ;)
        {
            try
            {
                return await attempt(failures);
            }
            catch (TaskFailedException e) when (e.InnerException is not OrchestrationException { FailureDetails.IsNonRetriable: true })
            {
                failures++;
                if (retry.Handler is { } handler)
                {
                    var context = new RetryContext(this, failures, e.FailureDetails, _now - start, CancellationToken.None);
                    if (!await handler(context))
                    {
                        throw;
                    }
                }
                else if (PauseBefore(retry.Policy!, failures, start, e.InnerException!) is { } pause)
                {
                    await CreateTimer(pause, CancellationToken.None);
                }
                else
                {
                    throw;
                }

                WorkerLogs.RetryingTask(CreateReplaySafeLogger(WorkerLogs.Retries), InstanceId, name.Name, failures);
            }
        }
    }

    /// <summary>How long to wait for the next attempt; null when there is to be none.</summary>
    private TimeSpan? PauseBefore(RetryPolicy policy, int failures, DateTime start, Exception failure)
    {
        var inTime = policy.RetryTimeout == Timeout.InfiniteTimeSpan || _now - start < policy.RetryTimeout;
        return failures < policy.MaxNumberOfAttempts && inTime && policy.Handle(failure) ? DelayAfter(policy, failures - 1) : null;
    }

    private static TimeSpan DelayAfter(RetryPolicy policy, int attempt)
    {
        var milliseconds = policy.FirstRetryInterval.TotalMilliseconds * Math.Pow(policy.BackoffCoefficient, attempt);
        var longest = policy.MaxRetryInterval == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : policy.MaxRetryInterval;
        return milliseconds < longest.TotalMilliseconds ? TimeSpan.FromMilliseconds(milliseconds) : longest;
    }

    private void RequireTurn()
    {
        if (!scheduler.InTurn)
        {
            throw new InvalidOperationException(
                "An orchestrator used its context outside of its own thread. It must await only what its context gives it, "
                    + "without ConfigureAwait(false), and start no threads or tasks of its own."
            );
        }
    }
}

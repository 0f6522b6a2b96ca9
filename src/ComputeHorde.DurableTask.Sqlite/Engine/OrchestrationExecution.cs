using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>
/// One run of an orchestrator: feeds it what its instance received, turn by turn, and collects what it decides. The same
/// code drives live turns and replays, which is why a replay comes out the same.
/// </summary>
internal sealed class OrchestrationExecution
{
    private readonly ExecutionIdentity _identity;
    private readonly Func<ITaskOrchestrator?> _orchestrator;
    private readonly DataConverter _converter;
    private readonly IExceptionPropertiesProvider? _properties;
    private readonly ILogger _log;
    private readonly TurnScheduler _scheduler;
    private readonly OrchestrationContext _context;
    private readonly List<HistoryEvent> _held = [];
    private List<HistoryEvent>? _fed;
    private List<HistoryEvent>? _leftOver;
    private Task<object?>? _main;
    private bool _endsWithOpenCalls;
    private volatile bool _strayed;

    public OrchestrationExecution(
        ExecutionIdentity identity,
        Func<ITaskOrchestrator?> orchestrator,
        DataConverter converter,
        ILogger log,
        ILoggerFactory loggers,
        IExceptionPropertiesProvider? properties = null,
        Action? onStrayed = null
    )
    {
        (_identity, _orchestrator, _converter, _log, _properties) = (identity, orchestrator, converter, log, properties);
        _scheduler = new TurnScheduler(() =>
        {
            _strayed = true;
            onStrayed?.Invoke();
        });
        _context = new OrchestrationContext(identity, converter, loggers, _scheduler);
    }

    /// <summary>The end, once it is reached.</summary>
    public ExecutionCompleted? Completed { get; private set; }

    /// <summary>How the next execution starts, when this one continues as new.</summary>
    public ContinueAsNewOptions? Next => Completed?.Status == ExecutionCompleted.ContinuedAsNew ? _context.Next : null;

    /// <summary>Whether the sub-orchestrations are to be terminated as well.</summary>
    public bool TerminatesChildren { get; private set; }

    /// <summary>Whether a client holds the instance.</summary>
    public bool IsSuspended { get; private set; }

    /// <summary>Whether the orchestrator awaited something that is not durable; the next turn fails it.</summary>
    public bool HasStrayed => _strayed;

    /// <summary>The custom status as text, if the last turn has set it.</summary>
    public (bool Set, string? Value) CustomStatus => _context.CustomStatus;

    /// <summary>Activities and sub-orchestrations that have not come back, by id of the action.</summary>
    public Dictionary<int, IOpenCall> Open => _context.Open;

    /// <summary>How many activities have not come back.</summary>
    public int OpenActivities => _context.OpenActivities;

    /// <summary>The activities whose answers the instance has not received; those that it holds while it is suspended it has.</summary>
    public IEnumerable<TaskScheduled> Unanswered()
    {
        var held = _held.Count == 0 ? null : _held.Select(AnsweredTask).ToHashSet();
        return Open.Values.Select(call => call.Action).OfType<TaskScheduled>().Where(task => held?.Contains(task.Id) != true);
    }

    /// <summary>Whether a call waits for the answer that a message brings; other messages are always expected.</summary>
    public bool Expects(HistoryEvent item) =>
        AnsweredTask(item) is not { } id || (Open.ContainsKey(id) && (_held.Count == 0 || !HoldsAnswer(id)));

    private bool HoldsAnswer(int id) => _held.Exists(held => AnsweredTask(held) == id);

    /// <summary>The earliest time, in ticks of UTC, at which a timer goes off.</summary>
    public long? NextTimer => _context.Timers?.Next;

    /// <summary>Adds the timers that have gone off by now to what the instance receives.</summary>
    public void TakeDueTimers(long now, List<HistoryEvent> received) => _context.Timers?.TakeDue(now, received);

    /// <summary>What goes to the next execution: events nobody took, and what clients sent after this one had ended.</summary>
    public IEnumerable<HistoryEvent> Carried()
    {
        var late = _leftOver?.Where(item => item is EventRaised or ExecutionSuspended or ExecutionResumed or ExecutionTerminated) ?? [];
        return _context.Next is { PreserveUnprocessedEvents: false }
            ? late
            : _context.Events.Unclaimed.Concat(_held.OfType<EventRaised>()).Concat(late);
    }

    /// <summary>Runs one turn.</summary>
    /// <param name="timestamp">Its time, in ticks of UTC.</param>
    /// <param name="received">What reached the instance.</param>
    /// <param name="decided">Gets what the code decides.</param>
    /// <param name="isReplay">Whether it has run before.</param>
    public void Run(long timestamp, List<HistoryEvent> received, List<ActionEvent> decided, bool isReplay)
    {
        _context.BeginTurn(timestamp, isReplay, decided);
        _fed = received;
        _scheduler.Run(static state => ((OrchestrationExecution)state!).Feed(), this);
        _fed = null;
    }

    /// <summary>Runs a turn again and checks that the code decides what it decided then.</summary>
    /// <param name="turn">The turn.</param>
    /// <param name="position">The position of its first event in the history.</param>
    /// <exception cref="NonDeterministicOrchestrationException">It decides something else.</exception>
    public void Replay(HistoryTurn turn, int position)
    {
        List<ActionEvent> actions = [];
        Run(turn.Timestamp, [.. turn.Received], actions, isReplay: true);
        position += 1 + turn.Received.Count;
        for (var i = 0; i < Math.Max(actions.Count, turn.Actions.Count); i++)
        {
            var expected = i < turn.Actions.Count ? turn.Actions[i] : null;
            var actual = i < actions.Count ? actions[i] : null;
            if (expected is null || actual is null || !expected.Matches(actual))
            {
                throw new NonDeterministicOrchestrationException(
                    _identity.InstanceId,
                    position + i,
                    expected?.Describe() ?? "nothing more in this turn",
                    actual?.Describe() ?? "nothing more in this turn"
                );
            }
        }
    }

    /// <summary>Ends the execution from outside of its code, in a turn of its own.</summary>
    public void Abort(long timestamp, List<ActionEvent> decided, FailureDetails failure)
    {
        _context.BeginTurn(timestamp, isReplay: false, decided);
        End(OrchestrationRuntimeStatus.Failed, failure.ErrorMessage, failure);
    }

    private static int? AnsweredTask(HistoryEvent item) =>
        item switch
        {
            TaskCompleted e => e.TaskId,
            TaskFailed e => e.TaskId,
            SubOrchestrationCompleted e => e.TaskId,
            SubOrchestrationFailed e => e.TaskId,
            _ => null,
        };

    private void Feed() => Feed(_fed!);

    private void Feed(List<HistoryEvent> received)
    {
        if (_strayed && Completed is null)
        {
            Fail(new InvalidOperationException(Failures.Strayed));
        }

        for (var i = 0; i < received.Count; i++)
        {
            if (Completed is not null)
            {
                (_leftOver ??= []).Add(received[i]);
                continue;
            }

            Apply(received[i]);
            _scheduler.Drain();
            if (Completed is null && _main is { } main)
            {
                Conclude(main);
            }
        }
    }

    private void Apply(HistoryEvent item)
    {
        switch (item)
        {
            case ExecutionTerminated terminated:
                TerminatesChildren = terminated.Recursive;
                End(OrchestrationRuntimeStatus.Terminated, terminated.Output, null);
                break;
            case ExecutionSuspended:
                IsSuspended = true;
                break;
            case ExecutionResumed when IsSuspended:
                IsSuspended = false;
                List<HistoryEvent> waiting = [.. _held];
                _held.Clear();
                Feed(waiting);
                break;
            case ExecutionResumed:
                break;
            case TimerFired e when IsSuspended:
                _context.Timers?.Stop(e.TimerId);
                _held.Add(item);
                break;
            case var _ when IsSuspended:
                _held.Add(item);
                break;
            case ExecutionStarted e:
                _context.Events.SkipsCancelled = e.Rules >= ExecutionStarted.AsTheRealEngine;
                _endsWithOpenCalls = e.Rules < ExecutionStarted.AsTheRealEngine;
                Start();
                break;
            case TaskCompleted e:
                _context.Complete(e.TaskId, e.Result);
                break;
            case TaskFailed e:
                _context.Fail(e.TaskId, e.Failure);
                break;
            case SubOrchestrationCompleted e:
                _context.Complete(e.TaskId, e.Result);
                break;
            case SubOrchestrationFailed e:
                _context.Fail(e.TaskId, e.Failure);
                break;
            case TimerFired e:
                _context.FireTimer(e.TimerId);
                break;
            case EventRaised e:
                _context.Events.Deliver(e);
                break;
            default:
                throw new InvalidOperationException($"An orchestration cannot receive {item.Describe()}.");
        }
    }

    private void Start()
    {
        try
        {
            if (_orchestrator() is not { } implementation)
            {
                End(OrchestrationRuntimeStatus.Failed, null, Failures.OrchestratorNotFound(_identity.Name));
                return;
            }

            var input = _converter.Deserialize(_identity.Input, implementation.InputType);
            _context.SetInput(input);
            if (!_context.IsReplaying)
            {
                WorkerLogs.OrchestrationStarted(_log, _identity.InstanceId, _identity.Name);
            }

            _main =
                implementation.RunAsync(_context, input)
                ?? throw new InvalidOperationException("The orchestrator returned null instead of a task.");
        }
        catch (Exception e)
        {
            // The orchestrator's constructor, its input or its first synchronous steps: any failure is the orchestration's.
            Fail(e);
        }
    }

    private void Conclude(Task<object?> main)
    {
        try
        {
            // As in the real engine, what was called and not awaited holds the end, timers too.
            if (main.IsCompleted && (_endsWithOpenCalls || !_context.HasOpenCalls))
            {
                // This does not block, and throws just what the code threw, cancellations too.
                var output = main.GetAwaiter().GetResult();
                var (status, text) = _context.Next is null
                    ? (OrchestrationRuntimeStatus.Completed, _converter.Serialize(output))
                    : (ExecutionCompleted.ContinuedAsNew, null);
                End(status, text, null);
                if (!_context.IsReplaying)
                {
                    WorkerLogs.OrchestrationCompleted(_log, _identity.InstanceId, _identity.Name);
                }
            }
        }
        catch (Exception e)
        {
            // Whatever the orchestrator throws, or a converter about its output, fails the orchestration.
            Fail(e);
        }
    }

    private void Fail(Exception e)
    {
        LogFailed(e);
        var failure = Failures.FromException(e, _properties);
        End(OrchestrationRuntimeStatus.Failed, failure.ErrorMessage, failure);
    }

    private void LogFailed(Exception exception)
    {
        try
        {
            if (!_context.IsReplaying)
            {
                WorkerLogs.OrchestrationFailed(_log, exception, _identity.InstanceId, _identity.Name);
            }
        }
        catch (Exception)
        {
            // An exception that cannot be written must not keep the orchestration from its end, which tells of it as well.
        }
    }

    private void End(OrchestrationRuntimeStatus status, string? output, FailureDetails? failure) =>
        Completed = _context.End(status, output, failure);
}

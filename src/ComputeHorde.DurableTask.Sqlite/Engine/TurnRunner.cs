using ComputeHorde.DurableTask.Sqlite.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>
/// Runs turns: takes all messages of an instance, runs its code until it blocks, and hands over what it decided to
/// <see cref="TurnRecorder"/>.
/// </summary>
internal sealed class TurnRunner(
    TaskHub hub,
    TaskHubWorker worker,
    IServiceProvider services,
    IDurableStore store,
    TurnRecorder recorder,
    TimeProvider time,
    ILoggerFactory loggers,
    ILogger logger
)
{
    /// <summary>How long the lists of a turn may be to be used again.</summary>
    private const int LongestKept = 1024;

    private static readonly TimeSpan PauseOfFiltered = TimeSpan.FromSeconds(5);

    private readonly ILogger _log = loggers.CreateLogger(WorkerLogs.Orchestrations);

    [ThreadStatic]
    private static List<HistoryEvent>? _received;

    [ThreadStatic]
    private static List<ActionEvent>? _decided;

    /// <summary>Runs one turn.</summary>
    public void Run(Instance instance)
    {
        // Before the look whether the object is out of date: one that is not by then belongs to this life.
        var epoch = hub.Commits.Epoch;
        var again = false;
        if (!instance.BeginTurn())
        {
            instance.Close();
            return;
        }

        try
        {
            again = RunTurn(instance, epoch);
        }
        catch (DurableStoreException e)
        {
            // The store could not be read: its present state must be found out before anything else.
            hub.Recover(e);
        }
        catch (Exception e)
        {
            // A fault of the engine or of the stored history: this instance must fail visibly, and the others go on.
            Logs.TurnFailed(logger, instance.Row.InstanceId, e);
            recorder.Fail(instance, epoch, e);
        }
        finally
        {
            _received = Emptied(_received);
            _decided = Emptied(_decided);
            if (instance.EndTurn(again))
            {
                hub.Workers.Add(instance);
            }

            hub.Directory.Sweep();
        }
    }

    private static List<T>? Emptied<T>(List<T>? list)
    {
        list?.Clear();
        return list?.Capacity > LongestKept ? null : list;
    }

    private static bool IsDue(Instance instance, long now) =>
        instance.State.Turns > 0 || instance.Row.StartAt is not { } start || start <= now;

    private bool RunTurn(Instance instance, int epoch)
    {
        if (instance.State.IsOver)
        {
            hub.Drop(instance.TakeMessages(), epoch);
            return false;
        }

        var now = time.GetUtcNow().UtcTicks;
        if (!IsDue(instance, now) && !Defer(instance, epoch))
        {
            return false;
        }

        if (hub.Versions.Rejects(instance.Row.Version) || Filter(instance.Row))
        {
            if (instance.IsNew)
            {
                // Its first turn would have stored it.
                hub.Create(instance);
            }

            Keep(instance, epoch, instance.TakeMessages());
            return false;
        }

        List<TaskScheduled>? lost = null;
        var failure = hub.Versions.Mismatch(instance.Row.Version);
        if (hub.ReplaysEveryTurn && instance.Execution is { HasStrayed: false })
        {
            hub.Directory.SetBytes(instance, 0);
            instance.Close();
        }

        var execution = instance.Execution;
        if (execution is null)
        {
            // What this object has called itself since then runs, or will as soon as the call is durable.
            var isFresh = instance.Recorded is null;
            (execution, var mismatch) = Load(instance, replays: failure is null);
            failure ??= mismatch is null ? null : Failures.FromException(mismatch);
            lost = isFresh ? FindLost(instance, execution) : null;
        }

        now += SteadyClock.Lead(time, instance.LastTimestamp, instance.LastStamp);
        var (received, decided) = (_received ??= [], _decided ??= []);
        List<long>? consumed = null;
        List<TaskCompletionSource>? acknowledged = null;
        Take(instance, execution, now, received, ref consumed, ref acknowledged);
        if (received.Count == 0 && !execution.HasStrayed && failure is null)
        {
            hub.Settle(consumed, acknowledged, epoch);
            Redispatch(instance, execution, lost);
            if (execution.NextTimer is { } next)
            {
                hub.WakeAt(instance, next);
            }

            return false;
        }

        instance.SetTurn(Math.Max(now, instance.LastTimestamp + 1), time.GetTimestamp());
        try
        {
            if (failure is null)
            {
                execution.Run(instance.LastTimestamp, received, decided, isReplay: false);
            }
            else
            {
                Logs.OrchestrationEnded(logger, instance.Row.InstanceId, failure.ErrorType, failure.ErrorMessage);
                execution.Abort(instance.LastTimestamp, decided, failure);
            }

            Redispatch(instance, execution, lost);
            recorder.Commit(instance, epoch, execution, received, decided, consumed, acknowledged);
        }
        catch (Exception e) when (e is not DurableStoreException)
        {
            // A status or an input that cannot be written, say: those who wait for what this turn has taken must hear of its end.
            Logs.TurnFailed(logger, instance.Row.InstanceId, e);
            recorder.Fail(instance, epoch, e, consumed, acknowledged);
            return false;
        }

        return instance.Execution is null && !instance.State.IsOver;
    }

    /// <summary>
    /// Whether the worker's filter holds an instance back; it is asked again when something happens to the instance, and every few seconds.
    /// </summary>
    private bool Filter(InstanceRow row)
    {
#pragma warning disable CS0618 // Experimental, and part of the worker's options all the same.
        if (worker.Filter is not { } filter)
        {
            return false;
        }

        var parameters = new OrchestrationFilterParameters { Name = row.Name, Tags = row.ReadTags() };
        try
        {
#pragma warning disable VSTHRD002 // Turns run on threads of their own, and a filter that really waits holds one of them.
            if (filter.IsOrchestrationValidAsync(parameters, hub.Stopping).AsTask().GetAwaiter().GetResult())
#pragma warning restore VSTHRD002
            {
                return false;
            }
        }
        catch (Exception e)
        {
            // Whatever a filter throws, it has not said that the instance may run.
            Logs.FilterFailed(logger, row.InstanceId, e);
        }
#pragma warning restore CS0618

        hub.Wakes.Set(row.InstanceId, (time.GetUtcNow() + PauseOfFiltered).UtcTicks);
        return true;
    }

    /// <summary>Keeps what came before the instance may start.</summary>
    /// <returns>Whether the instance must have a turn all the same, because it is terminated.</returns>
    private bool Defer(Instance instance, int epoch)
    {
        var messages = instance.TakeMessages();
        if (messages.Exists(message => message.Event is ExecutionTerminated))
        {
            instance.PutFirst(messages.ToArray());
            return true;
        }

        hub.Wakes.Set(instance.Row.InstanceId, instance.Row.StartAt!.Value);
        Keep(instance, epoch, messages);
        return false;
    }

    /// <summary>Stores messages for a later turn.</summary>
    private void Keep(Instance instance, int epoch, List<Message> messages)
    {
        foreach (var message in messages)
        {
            if (message.Event is null)
            {
                continue;
            }

            var stored = message.StoredId != 0 ? message : message with { StoredId = hub.NextMessageId(), Acknowledge = null };
            instance.Deferred.Add(stored);
            if (message.StoredId == 0)
            {
                var record = new StoredMessage(stored.StoredId, instance.Row.Key, message.Generation, TurnRecorder.Encode(message.Event));
                hub.Write(
                    new SimpleCommit(
                        transaction => transaction.AddMessage(record),
                        () => message.Acknowledge?.TrySetResult(),
                        e => message.Acknowledge?.TrySetException(e)
                    )
                    {
                        Epoch = epoch,
                    }
                );
            }
        }
    }

    private List<TaskScheduled> FindLost(Instance instance, OrchestrationExecution execution) =>
        [.. execution.Unanswered().Where(task => !hub.Activities.IsInFlight(instance.Row.Key, instance.State.Generation, task.Id))];

    private (OrchestrationExecution Execution, NonDeterministicOrchestrationException? Mismatch) Load(Instance instance, bool replays)
    {
        var row = instance.Row;
        var parent = row.Parent is { } link ? new ParentOrchestrationInstance(link.Name, link.InstanceId) : null;
        var execution = new OrchestrationExecution(
            new ExecutionIdentity(row.InstanceId, row.Name, row.Version, row.Input, parent, hub.Versions.DefaultVersion)
            {
                Trace = Spans.ContextOf(row),
            },
            () => worker.Tasks.CreateOrchestrator(row.Name, row.Version, services),
            worker.Options.DataConverter,
            _log,
            loggers,
            worker.Properties,
            () => hub.Deliver(row.InstanceId, default)
        );
        instance.Execution = execution;
        if (instance.State.UpdatedAt > instance.LastTimestamp)
        {
            instance.SetTurn(instance.State.UpdatedAt, time.GetTimestamp());
        }

        if (instance.State.Turns == 0 || !replays)
        {
            instance.Recorded = hub.ReplaysEveryTurn ? [] : null;
            return (execution, null);
        }

        var history = instance.Recorded ?? store.ReadHistory(row);
        instance.Recorded = hub.ReplaysEveryTurn ? history : null;

        long bytes = 0;
        var position = 0;
        foreach (var data in history)
        {
            bytes += data.Length;
            foreach (var turn in HistoryCodec.ReadTurns(data))
            {
                if (turn.Timestamp > instance.LastTimestamp)
                {
                    instance.SetTurn(turn.Timestamp, time.GetTimestamp());
                }

                try
                {
                    execution.Replay(turn, position);
                }
                catch (NonDeterministicOrchestrationException e)
                {
                    return (execution, e);
                }

                position += turn.EventCount;
            }
        }

        hub.Directory.SetBytes(instance, bytes);
        return (execution, null);
    }

    private static void Take(
        Instance instance,
        OrchestrationExecution execution,
        long now,
        List<HistoryEvent> received,
        ref List<long>? consumed,
        ref List<TaskCompletionSource>? acknowledged
    )
    {
        var messages = instance.TakeMessages();
        if (instance.State.Turns == 0 && IsDue(instance, now))
        {
            received.Add(new ExecutionStarted(ExecutionStarted.AsTheRealEngine));
        }

        foreach (var message in instance.Deferred)
        {
            Take(instance, execution, message, received, ref consumed, ref acknowledged);
        }

        instance.Deferred.Clear();
        foreach (var message in messages)
        {
            Take(instance, execution, message, received, ref consumed, ref acknowledged);
        }

        execution.TakeDueTimers(now, received);
    }

    private static void Take(
        Instance instance,
        OrchestrationExecution execution,
        in Message message,
        List<HistoryEvent> received,
        ref List<long>? consumed,
        ref List<TaskCompletionSource>? acknowledged
    )
    {
        if (message.StoredId != 0)
        {
            (consumed ??= []).Add(message.StoredId);
        }

        if (message.Acknowledge is { } source)
        {
            (acknowledged ??= []).Add(source);
        }

        var isForUs =
            (message.Key == 0 || message.Key == instance.Row.Key)
            && (message.Generation < 0 || message.Generation == instance.State.Generation);
        if (isForUs && message.Event is { } item && execution.Expects(item))
        {
            received.Add(item);
        }
    }

    /// <summary>Runs again what ran when the process, or the store, failed.</summary>
    private void Redispatch(Instance instance, OrchestrationExecution execution, List<TaskScheduled>? lost)
    {
        if (lost is not { Count: > 0 })
        {
            return;
        }

        var unanswered = execution.Unanswered().Select(task => task.Id).ToHashSet();
        foreach (var task in lost)
        {
            if (unanswered.Contains(task.Id))
            {
                hub.Activities.Add(instance.Row.InstanceId, instance.Row.Key, instance.State.Generation, task, instance.Row);
            }
        }
    }
}

using System.Buffers;
using ComputeHorde.Durable.LocalRuntime.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.LocalRuntime.Engine;

/// <summary>Runs turns: takes all messages of an instance, runs its code until it blocks, and hands over what it decided.</summary>
internal sealed class TurnRunner(
    LocalTaskHub hub,
    DurableTaskRegistry registry,
    IServiceScopeFactory scopes,
    IDurableStore store,
    DataConverter converter,
    IExceptionPropertiesProvider? properties,
    TimeProvider time,
    ILoggerFactory loggers,
    ILogger logger)
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _encoder;

    /// <summary>Runs one turn.</summary>
    public void Run(Instance instance)
    {
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
            Fail(instance, epoch, e);
        }
        finally
        {
            if (instance.EndTurn(again))
            {
                hub.Workers.Add(instance);
            }
        }
    }

    private static bool IsDue(Instance instance, long now) =>
        instance.State.Turns > 0 || instance.Row.StartAt is not { } start || start <= now;

    private bool RunTurn(Instance instance, int epoch)
    {
        if (instance.State.IsOver)
        {
            hub.Drop(instance.TakeMessages());
            return false;
        }

        var now = time.GetUtcNow().UtcTicks;
        if (!IsDue(instance, now) && !Defer(instance))
        {
            return false;
        }

        if (hub.Versions.Rejects(instance.Row.Version))
        {
            Keep(instance, instance.TakeMessages());
            return false;
        }

        List<TaskScheduled>? lost = null;
        var failure = hub.Versions.Mismatch(instance.Row.Version);
        if (hub.ReplaysEveryTurn && instance.Execution is { HasStrayed: false })
        {
            instance.Close();
        }

        var execution = instance.Execution;
        if (execution is null)
        {
            (execution, var mismatch) = Load(instance, replays: failure is null);
            failure ??= mismatch is null ? null : TaskFailureDetails.FromException(mismatch);
            lost = FindLost(instance, execution);
        }

        List<long>? consumed = null;
        List<TaskCompletionSource>? acknowledged = null;
        var received = Take(instance, execution, now, ref consumed, ref acknowledged);
        if (received.Count == 0 && !execution.HasStrayed && failure is null)
        {
            hub.Settle(consumed, acknowledged);
            Redispatch(instance, execution, lost);
            if (execution.NextTimer is { } next)
            {
                hub.Wakes.Set(instance.Row.InstanceId, next);
            }

            return false;
        }

        instance.LastTimestamp = Math.Max(now, instance.LastTimestamp + 1);
        var actions = failure is null
            ? execution.Run(instance.LastTimestamp, received, isReplay: false)
            : execution.Abort(OrchestrationRuntimeStatus.Failed, failure.ErrorMessage, failure);
        Commit(instance, epoch, execution, received, actions, consumed, acknowledged);
        Redispatch(instance, execution, lost);
        return instance.Execution is null && !instance.State.IsOver;
    }

    /// <summary>Keeps what came before the instance may start.</summary>
    /// <returns>Whether the instance must have a turn all the same, because it is terminated.</returns>
    private bool Defer(Instance instance)
    {
        var messages = instance.TakeMessages();
        if (messages.Exists(message => message.Event is ExecutionTerminated))
        {
            instance.PutFirst(messages.ToArray());
            return true;
        }

        hub.Wakes.Set(instance.Row.InstanceId, instance.Row.StartAt!.Value);
        Keep(instance, messages);
        return false;
    }

    /// <summary>Stores messages for a later turn.</summary>
    private void Keep(Instance instance, List<Message> messages)
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
                var record = new StoredMessage(stored.StoredId, instance.Row.Key, message.Generation, Encode(message.Event));
                hub.Write(new SimpleCommit(
                    transaction => transaction.AddMessage(record),
                    () => message.Acknowledge?.TrySetResult(),
                    e => message.Acknowledge?.TrySetException(e)));
            }
        }
    }

    private List<TaskScheduled> FindLost(Instance instance, OrchestrationExecution execution) =>
    [
        .. execution.Open.Values.Select(call => call.Action).OfType<TaskScheduled>()
            .Where(task => !hub.Activities.IsInFlight(instance.Row.Key, instance.State.Generation, task.Id)),
    ];

    private (OrchestrationExecution Execution, NonDeterministicOrchestrationException? Mismatch) Load(
        Instance instance, bool replays)
    {
        var row = instance.Row;
        var parent = row.Parent is { } link ? new ParentOrchestrationInstance(link.Name, link.InstanceId) : null;
        var execution = new OrchestrationExecution(
            new ExecutionIdentity(row.InstanceId, row.Name, row.Version, row.Input, parent, hub.Versions.DefaultVersion),
            () =>
            {
                if (registry.FindOrchestrator(row.Name, new TaskVersion(row.Version)) is not { } factory)
                {
                    return null;
                }

                instance.Scope ??= scopes.CreateScope();
                return factory(instance.Scope.ServiceProvider);
            },
            converter,
            loggers,
            properties,
            () => hub.Deliver(row.InstanceId, default));
        instance.Execution = execution;
        instance.LastTimestamp = Math.Max(instance.LastTimestamp, instance.State.UpdatedAt);
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
                instance.LastTimestamp = Math.Max(instance.LastTimestamp, turn.Timestamp);
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

    private static List<HistoryEvent> Take(
        Instance instance, OrchestrationExecution execution, long now, ref List<long>? consumed, ref List<TaskCompletionSource>? acknowledged)
    {
        var messages = instance.TakeMessages();
        var received = new List<HistoryEvent>(messages.Count + instance.Deferred.Count + 1);
        if (instance.State.Turns == 0 && IsDue(instance, now))
        {
            received.Add(new ExecutionStarted());
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

        if (execution.NextTimer <= now)
        {
            received.AddRange(execution.DueTimers(now));
        }

        return received;
    }

    private static void Take(
        Instance instance,
        OrchestrationExecution execution,
        in Message message,
        List<HistoryEvent> received,
        ref List<long>? consumed,
        ref List<TaskCompletionSource>? acknowledged)
    {
        if (message.StoredId != 0)
        {
            (consumed ??= []).Add(message.StoredId);
        }

        if (message.Acknowledge is { } source)
        {
            (acknowledged ??= []).Add(source);
        }

        var isForUs = (message.Key == 0 || message.Key == instance.Row.Key)
            && (message.Generation < 0 || message.Generation == instance.State.Generation);
        var isExpected = message.Event switch
        {
            null => false,
            TaskCompleted e => execution.Open.ContainsKey(e.TaskId),
            TaskFailed e => execution.Open.ContainsKey(e.TaskId),
            SubOrchestrationCompleted e => execution.Open.ContainsKey(e.TaskId),
            SubOrchestrationFailed e => execution.Open.ContainsKey(e.TaskId),
            _ => true,
        };
        if (isForUs && isExpected)
        {
            received.Add(message.Event!);
        }
    }

    private void Commit(
        Instance instance,
        int epoch,
        OrchestrationExecution execution,
        List<HistoryEvent> received,
        List<ActionEvent> actions,
        List<long>? consumed,
        List<TaskCompletionSource>? acknowledged)
    {
        var before = instance.State;
        var next = execution.Next;
        var row = next is null ? instance.Row : instance.Row.StartOver(converter.Serialize(next.NewInput), string.IsNullOrWhiteSpace(next.NewVersion) ? instance.Row.Version : next.NewVersion);
        var state = next is null ? StateAfter(before, execution, received, actions, instance.LastTimestamp) : StateOfNext(before, execution, instance.LastTimestamp);
        var commit = new TurnCommit(hub, instance, row, state)
        {
            Epoch = epoch,
            IsNew = instance.IsNew,
            StartsOver = next is not null,
            Consumed = consumed,
            Acknowledged = acknowledged,
        };
        foreach (var action in actions)
        {
            Collect(instance, before.Generation, execution, action, commit);
        }

        if (next is null)
        {
            SaveTurn(instance, received, actions, commit);
        }
        else
        {
            Carry(instance, execution, commit);
        }

        instance.IsNew = false;
        instance.AddUncommitted();
        hub.Write(commit);
        (instance.Row, instance.State) = (row, state);
        if (state.WakeAt is { } wake)
        {
            hub.Wakes.Set(row.InstanceId, wake);
        }

        if (state.IsOver || next is not null)
        {
            hub.Directory.SetBytes(instance, 0);
            instance.Close();
            if (state.IsOver && state.Failure is { } failure)
            {
                Logs.OrchestrationFailed(logger, row.InstanceId, failure.ErrorType, failure.ErrorMessage);
            }
        }
    }

    private static InstanceState StateAfter(
        InstanceState before, OrchestrationExecution execution, List<HistoryEvent> received, List<ActionEvent> actions, long timestamp)
    {
        var done = execution.Completed;
        var custom = execution.CustomStatus;
        return new InstanceState
        {
            Status = done?.Status ?? (execution.IsSuspended ? OrchestrationRuntimeStatus.Suspended : OrchestrationRuntimeStatus.Running),
            Generation = before.Generation,
            Turns = before.Turns + 1,
            Events = before.Events + 1 + received.Count + actions.Count,
            UpdatedAt = timestamp,
            CompletedAt = done is null ? null : timestamp,
            WakeAt = done is null ? execution.NextTimer : null,
            HasOpenActivities = done is null && execution.OpenActivities > 0,
            Output = done?.Output,
            Failure = done?.Failure,
            CustomStatus = custom.Set ? custom.Value : before.Turns == 0 ? null : before.CustomStatus,
        };
    }

    private static InstanceState StateOfNext(InstanceState before, OrchestrationExecution execution, long timestamp) => new()
    {
        Status = OrchestrationRuntimeStatus.Running,
        Generation = before.Generation + 1,
        UpdatedAt = timestamp,
        CustomStatus = execution.CustomStatus is (true, var value) ? value : before.CustomStatus,
    };

    internal static byte[] Encode(HistoryEvent message)
    {
        var buffer = _encoder ??= new ArrayBufferWriter<byte>(4096);
        buffer.ResetWrittenCount();
        HistoryCodec.Write(buffer, message);
        return buffer.WrittenSpan.ToArray();
    }

    private void SaveTurn(Instance instance, List<HistoryEvent> received, List<ActionEvent> actions, TurnCommit commit)
    {
        var buffer = _encoder ??= new ArrayBufferWriter<byte>(4096);
        buffer.ResetWrittenCount();
        HistoryCodec.Write(buffer, instance.LastTimestamp, received, actions);
        commit.SetTurn(buffer.WrittenSpan);
        instance.Recorded?.Add(buffer.WrittenSpan.ToArray());
        hub.Directory.SetBytes(instance, instance.Bytes + buffer.WrittenCount);
        if (buffer.Capacity > 1 << 20)
        {
            _encoder = null;
        }
    }

    private void Collect(Instance instance, int generation, OrchestrationExecution execution, ActionEvent action, TurnCommit commit)
    {
        switch (action)
        {
            case TaskScheduled task:
                (commit.Calls ??= []).Add(task);
                break;
            case SubOrchestrationCreated sub:
                CreateChild(instance, generation, sub, commit);
                break;
            case EventSent sent when sent.InstanceId == instance.Row.InstanceId:
                Send(commit, sent.InstanceId, instance.Row.Key, -1, new EventRaised(sent.Name, sent.Payload));
                break;
            case EventSent sent when hub.Directory.Resolve(sent.InstanceId) is { } target:
                Send(commit, sent.InstanceId, target.Row.Key, -1, new EventRaised(sent.Name, sent.Payload));
                break;
            case ExecutionCompleted { Status: OrchestrationRuntimeStatus.ContinuedAsNew }:
                break;
            case ExecutionCompleted completed:
                TellParent(instance, completed, commit);
                TerminateChildren(execution, completed, commit);
                break;
        }
    }

    private void CreateChild(Instance instance, int generation, SubOrchestrationCreated sub, TurnCommit commit)
    {
        var row = new InstanceRow
        {
            Key = hub.NextInstanceKey(),
            InstanceId = sub.InstanceId,
            Name = sub.Name,
            Version = sub.Version,
            Input = sub.Input,
            CreatedAt = instance.LastTimestamp,
            Tags = sub.Tags is { } own ? InstanceRow.WriteTags(instance.Row.ReadTags(), own) : instance.Row.Tags,
            Parent = new ParentLink(instance.Row.Key, instance.Row.InstanceId, instance.Row.Name, generation, sub.Id),
        };
        var state = new InstanceState { Status = OrchestrationRuntimeStatus.Pending, UpdatedAt = instance.LastTimestamp };
        if (hub.Directory.Create(row, state, sub.IsNewId).Created is { } child)
        {
            child.IsNew = false;
            (commit.Children ??= []).Add(child);
        }
        else
        {
            var failure = new SubOrchestrationFailed(sub.Id, Failures.InstanceExists(sub.InstanceId));
            Send(commit, instance.Row.InstanceId, instance.Row.Key, generation, failure);
        }
    }

    private void TellParent(Instance instance, ExecutionCompleted completed, TurnCommit commit)
    {
        if (instance.Row.Parent is not { } parent)
        {
            return;
        }

        HistoryEvent answer = completed.Status == OrchestrationRuntimeStatus.Completed
            ? new SubOrchestrationCompleted(parent.TaskId, completed.Output)
            : new SubOrchestrationFailed(parent.TaskId, completed.Failure ?? Failures.Terminated(instance.Row.InstanceId));
        Send(commit, parent.InstanceId, parent.Key, parent.Generation, answer);
    }

    private void TerminateChildren(OrchestrationExecution execution, ExecutionCompleted completed, TurnCommit commit)
    {
        if (completed.Status != OrchestrationRuntimeStatus.Terminated || !execution.TerminatesChildren)
        {
            return;
        }

        foreach (var sub in execution.Open.Values.Select(call => call.Action).OfType<SubOrchestrationCreated>())
        {
            if (hub.Directory.Resolve(sub.InstanceId) is { } child)
            {
                Send(commit, sub.InstanceId, child.Row.Key, -1, new ExecutionTerminated(completed.Output, Recursive: true));
            }
        }
    }

    private void Send(TurnCommit commit, string instanceId, long key, int generation, HistoryEvent item) =>
        (commit.Outgoing ??= []).Add((instanceId, new StoredMessage(hub.NextMessageId(), key, generation, Encode(item)), item));

    /// <summary>Events nobody has taken go to the next execution, before whatever comes later.</summary>
    private void Carry(Instance instance, OrchestrationExecution execution, TurnCommit commit)
    {
        List<Message> carried = [];
        foreach (var item in execution.Carried())
        {
            var stored = new StoredMessage(hub.NextMessageId(), instance.Row.Key, -1, Encode(item));
            (commit.CarriedOver ??= []).Add(stored);
            carried.Add(new Message(item, stored.Id, stored.Target));
        }

        instance.PutFirst(carried);
    }

    /// <summary>Runs again what ran when the process, or the store, failed.</summary>
    private void Redispatch(Instance instance, OrchestrationExecution execution, List<TaskScheduled>? lost)
    {
        foreach (var task in lost ?? [])
        {
            if (execution.Completed is null && execution.Open.ContainsKey(task.Id))
            {
                hub.Activities.Add(instance.Row.InstanceId, instance.Row.Key, instance.State.Generation, task);
            }
        }
    }

    private void Fail(Instance instance, int epoch, Exception e)
    {
        List<ActionEvent> actions =
        [
            new ExecutionCompleted(int.MaxValue, OrchestrationRuntimeStatus.Failed, e.Message, TaskFailureDetails.FromException(e)),
        ];
        instance.LastTimestamp = Math.Max(time.GetUtcNow().UtcTicks, instance.LastTimestamp + 1);
        var state = instance.State with
        {
            Status = OrchestrationRuntimeStatus.Failed,
            Turns = instance.State.Turns + 1,
            Events = instance.State.Events + 2,
            UpdatedAt = instance.LastTimestamp,
            CompletedAt = instance.LastTimestamp,
            WakeAt = null,
            HasOpenActivities = false,
            Output = e.Message,
            Failure = TaskFailureDetails.FromException(e),
        };
        var commit = new TurnCommit(hub, instance, instance.Row, state) { Epoch = epoch, IsNew = instance.IsNew };
        TellParent(instance, (ExecutionCompleted)actions[0], commit);
        SaveTurn(instance, [], actions, commit);
        instance.IsNew = false;
        instance.AddUncommitted();
        hub.Write(commit);
        instance.State = state;
        hub.Directory.SetBytes(instance, 0);
        instance.Close();
    }
}

using System.Buffers;
using ComputeHorde.DurableTask.Sqlite.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>
/// Makes one commit of what a turn has decided: its history, the new state, the calls, children and messages that it lets out.
/// </summary>
internal sealed class TurnRecorder(TaskHub hub, DataConverter converter, TimeProvider time)
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _encoder;

    /// <summary>Commits a turn.</summary>
    public void Commit(
        Instance instance,
        int epoch,
        OrchestrationExecution execution,
        List<HistoryEvent> received,
        List<ActionEvent> actions,
        List<long>? consumed,
        List<TaskCompletionSource>? acknowledged
    )
    {
        var before = instance.State;
        var next = execution.Next;
        var row = next is null
            ? instance.Row
            : instance.Row.StartOver(
                converter.Serialize(next.NewInput),
                string.IsNullOrWhiteSpace(next.NewVersion) ? instance.Row.Version : next.NewVersion
            );
        var state = next is null
            ? StateAfter(before, execution, received, actions, instance.LastTimestamp)
            : StateOfNext(before, execution, instance.LastTimestamp);
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

        if (execution is { Completed: not null, OpenActivities: > 0 })
        {
            LeaveBehind(instance, before.Generation, execution, commit);
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
        Write(commit, state);
        (instance.Row, instance.State) = (row, state);
        if (state.WakeAt is { } wake)
        {
            hub.WakeAt(instance, wake);
        }

        if (state.IsOver || next is not null)
        {
            hub.Directory.SetBytes(instance, 0);
            instance.Close();
        }
    }

    /// <summary>A turn that has failed for want of its services has not happened: it runs again after the next start.</summary>
    private void Write(TurnCommit commit, InstanceState state)
    {
        if (state.Status == OrchestrationRuntimeStatus.Failed && hub.HasLostServices)
        {
            commit.Failed(TaskHub.Stopped());
        }
        else
        {
            hub.Write(commit);
        }
    }

    private static InstanceState StateAfter(
        InstanceState before,
        OrchestrationExecution execution,
        List<HistoryEvent> received,
        List<ActionEvent> actions,
        long timestamp
    )
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
            CustomStatus =
                custom.Set ? custom.Value
                : before.Turns == 0 ? null
                : before.CustomStatus,
        };
    }

    private static InstanceState StateOfNext(InstanceState before, OrchestrationExecution execution, long timestamp) =>
        new()
        {
            Status = OrchestrationRuntimeStatus.Running,
            Generation = before.Generation + 1,
            UpdatedAt = timestamp,
            CustomStatus = execution.CustomStatus is (true, var value) ? value : before.CustomStatus,
        };

    /// <summary>
    /// Makes a sub-orchestration as its caller asks for it, which its caller's commit has to add; null when an unfinished instance has its
    /// id.
    /// </summary>
    public static Instance? TryCreateChild(
        TaskHub hub,
        SubOrchestrationCreated sub,
        InstanceRow caller,
        int generation,
        long createdAt,
        bool isNewId,
        int epoch
    )
    {
        var trace = Spans.TraceOfCall(caller, generation, sub.Id);
        var row = new InstanceRow
        {
            Key = hub.NextInstanceKey(),
            InstanceId = sub.InstanceId,
            Name = sub.Name,
            Version = sub.Version,
            Input = sub.Input,
            CreatedAt = createdAt,
            Tags = sub.Tags is null && trace is null ? caller.Tags : InstanceRow.WriteTags(caller.ReadTags(), sub.Tags, trace),
            Parent = new ParentLink(caller.Key, caller.InstanceId, caller.Name, generation, sub.Id),
        };
        var state = new InstanceState { Status = OrchestrationRuntimeStatus.Pending, UpdatedAt = createdAt };
        if (hub.Directory.Create(row, state, isNewId, epoch).Created is not { } child)
        {
            return null;
        }

        child.IsNew = false;
        return child;
    }

    public static byte[] Encode(HistoryEvent message)
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
            case ExecutionCompleted { Status: ExecutionCompleted.ContinuedAsNew }:
                break;
            case ExecutionCompleted completed:
                TellParent(instance, completed, commit);
                TerminateChildren(instance, execution, completed, commit);
                break;
        }
    }

    private void CreateChild(Instance instance, int generation, SubOrchestrationCreated sub, TurnCommit commit)
    {
        // On a clock that stands still an id may have been made before, by an instance that had the caller's id.
        var isNewId = sub.IsNewId && hub.MayDelayWrites;
        if (TryCreateChild(hub, sub, instance.Row, generation, instance.LastTimestamp, isNewId, commit.Epoch) is { } child)
        {
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

        HistoryEvent answer =
            completed.Status == OrchestrationRuntimeStatus.Completed
                ? new SubOrchestrationCompleted(parent.TaskId, completed.Output)
                : new SubOrchestrationFailed(parent.TaskId, completed.Failure ?? Failures.Terminated(instance.Row.InstanceId));
        Send(commit, parent.InstanceId, parent.Key, parent.Generation, answer);
    }

    private void TerminateChildren(Instance instance, OrchestrationExecution execution, ExecutionCompleted completed, TurnCommit commit)
    {
        if (completed.Status != OrchestrationRuntimeStatus.Terminated || !execution.TerminatesChildren)
        {
            return;
        }

        foreach (var sub in execution.Open.Values.Select(call => call.Action).OfType<SubOrchestrationCreated>())
        {
            // Another instance may have the id; then the call has failed, and the answer is on its way.
            if (
                hub.Directory.Resolve(sub.InstanceId) is { } child
                && child.Row.Parent is { } link
                && (link.Key, link.TaskId) == (instance.Row.Key, sub.Id)
            )
            {
                Send(commit, sub.InstanceId, child.Row.Key, -1, new ExecutionTerminated(completed.Output, Recursive: true));
            }
        }
    }

    private void Send(TurnCommit commit, string instanceId, long key, int generation, HistoryEvent item) =>
        (commit.Outgoing ??= []).Add((instanceId, new StoredMessage(hub.NextMessageId(), key, generation, Encode(item)), item));

    /// <summary>What the execution has called and not waited for runs all the same, even if the process dies before.</summary>
    private void LeaveBehind(Instance instance, int generation, OrchestrationExecution execution, TurnCommit commit)
    {
        foreach (var call in execution.Unanswered())
        {
            var stored = new StoredMessage(
                hub.NextMessageId(),
                instance.Row.Key,
                generation,
                Encode(new CallLeftBehind(instance.Row.InstanceId, call))
            );
            (commit.LeftBehind ??= []).Add((stored, call));
        }
    }

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

    /// <summary>Ends an instance that no turn can be run of.</summary>
    public void Fail(
        Instance instance,
        int epoch,
        Exception e,
        List<long>? consumed = null,
        List<TaskCompletionSource>? acknowledged = null
    )
    {
        var failure = Failures.FromException(e);
        List<ActionEvent> actions =
        [
            new ExecutionCompleted(int.MaxValue, OrchestrationRuntimeStatus.Failed, failure.ErrorMessage, failure),
        ];
        instance.SetTurn(Math.Max(time.GetUtcNow().UtcTicks, instance.LastTimestamp + 1), time.GetTimestamp());
        var state = instance.State with
        {
            Status = OrchestrationRuntimeStatus.Failed,
            Turns = instance.State.Turns + 1,
            Events = instance.State.Events + 2,
            UpdatedAt = instance.LastTimestamp,
            CompletedAt = instance.LastTimestamp,
            WakeAt = null,
            HasOpenActivities = false,
            Output = failure.ErrorMessage,
            Failure = failure,
        };
        var commit = new TurnCommit(hub, instance, instance.Row, state)
        {
            Epoch = epoch,
            IsNew = instance.IsNew,
            Consumed = consumed,
            Acknowledged = acknowledged,
        };
        TellParent(instance, (ExecutionCompleted)actions[0], commit);
        SaveTurn(instance, [], actions, commit);
        instance.IsNew = false;
        instance.AddUncommitted();
        Write(commit, state);
        instance.State = state;
        hub.Directory.SetBytes(instance, 0);
        instance.Close();
    }
}

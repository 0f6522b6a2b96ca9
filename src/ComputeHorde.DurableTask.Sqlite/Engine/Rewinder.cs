using System.Buffers;
using System.Collections.Concurrent;
using ComputeHorde.DurableTask.Sqlite.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>
/// Lets failed instances run again from where they failed: the calls whose failure ended them are made again, and so are their
/// failed sub-orchestrations, from their beginning if they have been purged; what has succeeded is kept.
/// </summary>
internal sealed class Rewinder(TaskHub hub, IDurableStore store, TimeProvider time, ConcurrentDictionary<long, bool> claims)
{
    /// <summary>Rewinds an instance and its failed sub-orchestrations in one transaction.</summary>
    /// <param name="failed">The instance.</param>
    /// <param name="done">The moment from which it is durable.</param>
    /// <returns>False when something that an instance has called after its failure still runs, or when an instance has begun anew
    /// meanwhile.</returns>
    public bool TryRewind(StoredInstance failed, out Task done)
    {
        done = Task.CompletedTask;
        var epoch = hub.Commits.Epoch;
        List<Plan> plans = [];
        var isPlanned = false;
        try
        {
            isPlanned = TryAdd(failed, plans);
        }
        finally
        {
            if (!isPlanned)
            {
                plans.ForEach(plan => hub.Forget(plan.Instance));
                Release(plans);
            }
        }

        if (!isPlanned)
        {
            return false;
        }

        plans.ForEach(plan => plan.CallAgain(epoch));
        var durable = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        hub.Write(
            new SimpleCommit(
                transaction => plans.ForEach(plan => plan.Write(transaction)),
                () =>
                {
                    plans.ForEach(plan => plan.Release());
                    Release(plans);
                    durable.TrySetResult();
                },
                e =>
                {
                    plans.ForEach(plan => plan.Discard(e));
                    Release(plans);
                    durable.TrySetException(e);
                }
            )
            {
                Epoch = epoch,
            }
        );
        done = durable.Task;
        return true;
    }

    /// <summary>
    /// Where the end began: at the latest failure that the code let out or did not answer with anything, or at earlier ones that it
    /// did not answer either; without such a failure, in the last turn.
    /// </summary>
    private static int FirstTurnToUndo(List<HistoryTurn> turns)
    {
        var end = turns[^1].Actions.OfType<ExecutionCompleted>().LastOrDefault()?.Failure;
        var first = turns.FindLastIndex(turn =>
            FailuresIn(turn).Any(failure => turn.Actions.Count == 0 || turn == turns[^1] || IsCause(failure, end))
        );
        for (var i = first - 1; i >= 0; i--)
        {
            if (FailuresIn(turns[i]).Any())
            {
                if (turns[i].Actions.Count > 0)
                {
                    break;
                }

                first = i;
            }
        }

        return first < 0 ? turns.Count - 1 : first;
    }

    private static IEnumerable<FailureDetails> FailuresIn(HistoryTurn turn) =>
        turn
            .Received.Select(item =>
                item switch
                {
                    TaskFailed e => e.Failure,
                    SubOrchestrationFailed e => e.Failure,
                    _ => null,
                }
            )
            .OfType<FailureDetails>();

    private static bool IsCause(FailureDetails cause, FailureDetails? failure) =>
        failure is not null
        && (
            (cause.ErrorType, cause.ErrorMessage, cause.StackTrace) == (failure.ErrorType, failure.ErrorMessage, failure.StackTrace)
            || IsCause(cause, failure.InnerFailure)
        );

    /// <summary>Whether a call runs whose answer could be taken for that of another call with its number.</summary>
    private bool IsRunning(StoredInstance caller, ActionEvent call) =>
        call switch
        {
            TaskScheduled task => hub.Activities.IsInFlight(caller.Row.Key, caller.State.Generation, task.Id),
            SubOrchestrationCreated sub => store.Find(sub.InstanceId) is { State.IsOver: false },
            _ => false,
        };

    /// <summary>An activity that has answered is in flight for a moment longer; until then it could not be called again.</summary>
    private bool HasEnded(StoredInstance caller, int taskId) =>
        SpinWait.SpinUntil(() => !hub.Activities.IsInFlight(caller.Row.Key, caller.State.Generation, taskId), TimeSpan.FromSeconds(5));

    private void Release(List<Plan> plans) => plans.ForEach(plan => claims.TryRemove(plan.Instance.Row.Key, out _));

    /// <summary>Plans for an instance, which is read under its claim: whoever had the claim before may have rewound or purged it.</summary>
    private bool TryAdd(StoredInstance seen, List<Plan> plans)
    {
        if (!claims.TryAdd(seen.Row.Key, true))
        {
            return false;
        }

        var before = plans.Count;
        try
        {
            return store.Find(seen.Row.InstanceId) is { State.Status: OrchestrationRuntimeStatus.Failed } failed
                && failed.Row.Key == seen.Row.Key
                && TryPlan(failed, plans);
        }
        finally
        {
            if (plans.Count == before)
            {
                claims.TryRemove(seen.Row.Key, out _);
            }
        }
    }

    private bool TryPlan(StoredInstance failed, List<Plan> plans)
    {
        if (store.TryReadTurns(failed) is not { } turns)
        {
            return false;
        }

        var kept = FirstTurnToUndo(turns);
        var calls = turns.Take(kept).SelectMany(turn => turn.Actions).ToDictionary(action => action.Id);
        List<HistoryEvent> again =
        [
            .. turns
                .Skip(kept)
                .SelectMany(turn => turn.Received)
                .Where(item =>
                    item switch
                    {
                        TaskCompleted e => calls.ContainsKey(e.TaskId),
                        SubOrchestrationCompleted e => calls.ContainsKey(e.TaskId),
                        EventRaised or ExecutionSuspended or ExecutionResumed => true,
                        _ => false,
                    }
                ),
        ];
        var state = new InstanceState
        {
            Status = OrchestrationRuntimeStatus.Running,
            Generation = failed.State.Generation,
            Turns = kept,
            Events = turns.Take(kept).Sum(turn => turn.EventCount),
            UpdatedAt = Math.Max(time.GetUtcNow().UtcTicks, failed.State.UpdatedAt + 1),
            HasOpenActivities = true,
            CustomStatus = failed.State.CustomStatus,
        };
        var row = failed.Row.StartOver(failed.Row.Input, failed.Row.Version);
        var undone = turns.Skip(kept).SelectMany(turn => turn.Received).OfType<TaskFailed>();
        if (
            undone.Any(call => !HasEnded(failed, call.TaskId))
            || turns.Skip(kept).SelectMany(turn => turn.Actions).Any(call => IsRunning(failed, call))
            || hub.Directory.Revive(row, state, failed.State) is not { } revived
        )
        {
            return false;
        }

        var plan = new Plan(revived, turns[..kept], again, hub);
        plans.Add(plan);

        var answered = turns
            .Take(kept)
            .SelectMany(turn => turn.Received)
            .Concat(again)
            .Select(item =>
                item switch
                {
                    SubOrchestrationCompleted e => e.TaskId,
                    SubOrchestrationFailed e => e.TaskId,
                    _ => -1,
                }
            )
            .ToHashSet();
        return calls
            .Values.OfType<SubOrchestrationCreated>()
            .Where(call => !answered.Contains(call.Id))
            .All(call => TryReopen(failed, call, plan, again, plans));
    }

    /// <summary>Sees to it that a sub-orchestration that has not answered, or has failed, answers.</summary>
    private bool TryReopen(StoredInstance parent, SubOrchestrationCreated call, Plan plan, List<HistoryEvent> again, List<Plan> plans)
    {
        if (store.Find(call.InstanceId) is not { } child)
        {
            plan.CalledAgain.Add(call);
            plan.Reopened.Add(call.Id);
            return true;
        }

        if (
            child.Row.Parent is not { } link
            || (link.Key, link.Generation, link.TaskId) != (parent.Row.Key, parent.State.Generation, call.Id)
        )
        {
            again.Add(new SubOrchestrationFailed(call.Id, Failures.Gone(call.InstanceId)));
            return true;
        }

        switch (child.State)
        {
            case { Status: OrchestrationRuntimeStatus.Completed, Output: var output }:
                again.Add(new SubOrchestrationCompleted(call.Id, output));
                break;
            case { Status: OrchestrationRuntimeStatus.Terminated }:
                again.Add(new SubOrchestrationFailed(call.Id, Failures.Terminated(call.InstanceId)));
                break;
            case { Status: OrchestrationRuntimeStatus.Failed }:
                plan.Reopened.Add(call.Id);
                return TryAdd(child, plans);
        }

        return true;
    }

    /// <summary>One instance: the turns it keeps, and what it gets again.</summary>
    private sealed class Plan(Instance instance, List<HistoryTurn> kept, List<HistoryEvent> again, TaskHub hub)
    {
        private readonly List<Instance> _children = [];
        private List<(HistoryEvent Event, StoredMessage Stored)> _messages = [];

        public Instance Instance => instance;

        /// <summary>
        /// The calls whose sub-orchestrations run again. What they have answered before may have come since the instance is in memory
        /// again.
        /// </summary>
        public HashSet<int> Reopened { get; } = [];

        /// <summary>The calls whose sub-orchestrations are gone.</summary>
        public List<SubOrchestrationCreated> CalledAgain { get; } = [];

        /// <summary>Makes the sub-orchestrations again that are gone.</summary>
        public void CallAgain(int epoch)
        {
            foreach (var call in CalledAgain)
            {
                if (
                    TurnRecorder.TryCreateChild(
                        hub,
                        call,
                        instance.Row,
                        instance.State.Generation,
                        instance.State.UpdatedAt,
                        isNewId: false,
                        epoch
                    ) is
                    { } child
                )
                {
                    _children.Add(child);
                }
                else
                {
                    again.Add(new SubOrchestrationFailed(call.Id, Failures.InstanceExists(call.InstanceId)));
                }
            }
        }

        public void Write(IStoreTransaction transaction)
        {
            _messages = again.ConvertAll(item =>
                (item, new StoredMessage(hub.NextMessageId(), instance.Row.Key, instance.State.Generation, TurnRecorder.Encode(item)))
            );
            transaction.StartOver(instance.Row, instance.State);
            var buffer = new ArrayBufferWriter<byte>();
            foreach (var turn in kept)
            {
                buffer.ResetWrittenCount();
                HistoryCodec.Write(buffer, turn.Timestamp, [.. turn.Received], [.. turn.Actions]);
                transaction.AddTurn(instance.Row, buffer.WrittenSpan);
            }

            transaction.SaveState(instance.Row, instance.State);
            _messages.ForEach(message => transaction.AddMessage(message.Stored));
            foreach (
                var stale in instance.TakeOut(message => message.Event is SubOrchestrationFailed failed && Reopened.Contains(failed.TaskId))
            )
            {
                transaction.DeleteMessage(stale.StoredId);
            }

            _children.ForEach(child => TurnCommit.AddNew(transaction, child, child.Row, child.State, default));
        }

        public void Discard(Exception cause)
        {
            hub.Discard(instance, cause);
            _children.ForEach(child => hub.Discard(child, cause));
        }

        public void Release()
        {
            instance.Committed = instance.State;
            instance.PutFirst(
                _messages.ConvertAll(message => new Message(
                    message.Event,
                    message.Stored.Id,
                    message.Stored.Target,
                    message.Stored.Generation
                ))
            );
            hub.Release(instance);
            _children.ForEach(hub.ReleaseNew);
        }
    }
}

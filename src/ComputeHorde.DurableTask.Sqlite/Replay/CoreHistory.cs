using ComputeHorde.DurableTask.Sqlite.Storage;
using DurableTask.Core;
using DurableTask.Core.History;
using CoreEvent = DurableTask.Core.History.HistoryEvent;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>A history in the types of the framework's core, in which clients get it.</summary>
internal static class CoreHistory
{
    private const int NoId = -1;

    public static List<CoreEvent> Of(StoredInstance instance, IReadOnlyList<HistoryTurn> turns)
    {
        List<CoreEvent> events = [];
        var timers = turns
            .SelectMany(turn => turn.Actions)
            .OfType<TimerCreated>()
            .ToDictionary(timer => timer.Id, timer => Time(timer.FireAt));
        foreach (var turn in turns)
        {
            events.Add(new OrchestratorStartedEvent(NoId));
            events.AddRange(turn.Received.Select(item => Of(instance.Row, item, timers)));
            events.AddRange(turn.Actions.Select(Of));
            events.Add(new OrchestratorCompletedEvent(NoId));
            foreach (var item in events.Skip(events.Count - 2 - turn.Received.Count - turn.Actions.Count))
            {
                item.Timestamp = Time(turn.Timestamp);
            }
        }

        return events;
    }

    private static CoreEvent Of(InstanceRow row, HistoryEvent item, Dictionary<int, DateTime> timers) =>
        item switch
        {
            ExecutionStarted => Started(row),
            TaskCompleted e => new TaskCompletedEvent(NoId, e.TaskId, e.Result),
            TaskFailed e => new TaskFailedEvent(NoId, e.TaskId, e.Failure.ErrorMessage, null, e.Failure),
            TimerFired e => new TimerFiredEvent(NoId, timers.GetValueOrDefault(e.TimerId)) { TimerId = e.TimerId },
            SubOrchestrationCompleted e => new SubOrchestrationInstanceCompletedEvent(NoId, e.TaskId, e.Result),
            SubOrchestrationFailed e => new SubOrchestrationInstanceFailedEvent(NoId, e.TaskId, e.Failure.ErrorMessage, null, e.Failure),
            EventRaised e => new EventRaisedEvent(NoId, e.Payload) { Name = e.Name },
            ExecutionSuspended e => new ExecutionSuspendedEvent(NoId, e.Reason),
            ExecutionResumed e => new ExecutionResumedEvent(NoId, e.Reason),
            ExecutionTerminated e => new ExecutionTerminatedEvent(NoId, e.Output),
            _ => throw new InvalidOperationException($"No event of the core for {item.GetType()}."),
        };

    private static CoreEvent Of(ActionEvent action) =>
        action switch
        {
            TaskScheduled e => new TaskScheduledEvent(e.Id, e.Name, e.Version, e.Input),
            TimerCreated e => new TimerCreatedEvent(e.Id, Time(e.FireAt)),
            SubOrchestrationCreated e => new SubOrchestrationInstanceCreatedEvent(e.Id)
            {
                InstanceId = e.InstanceId,
                Name = e.Name,
                Version = e.Version,
                Input = e.Input,
            },
            EventSent e => new EventSentEvent(e.Id)
            {
                InstanceId = e.InstanceId,
                Name = e.Name,
                Input = e.Payload,
            },
            ExecutionCompleted e => new ExecutionCompletedEvent(e.Id, e.Output, (OrchestrationStatus)(int)e.Status, e.Failure),
            _ => throw new InvalidOperationException($"No event of the core for {action.GetType()}."),
        };

    private static ExecutionStartedEvent Started(InstanceRow row) =>
        new(NoId, row.Input)
        {
            Name = row.Name,
            Version = row.Version ?? "",
            OrchestrationInstance = new OrchestrationInstance { InstanceId = row.InstanceId },
            ParentInstance = row.Parent is not { } parent
                ? null
                : new ParentInstance
                {
                    Name = parent.Name,
                    OrchestrationInstance = new OrchestrationInstance { InstanceId = parent.InstanceId },
                    TaskScheduleId = parent.TaskId,
                },
            Tags = row.ReadTags().ToDictionary(tag => tag.Key, tag => tag.Value),
            ScheduledStartTime = row.StartAt is { } start ? Time(start) : null,
        };

    private static DateTime Time(long ticks) => new(ticks, DateTimeKind.Utc);
}

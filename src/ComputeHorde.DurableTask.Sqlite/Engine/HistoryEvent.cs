using System.Text.Json.Serialization;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>One entry of a history: something that reached an instance, or something its code decided.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ExecutionStarted), nameof(ExecutionStarted))]
[JsonDerivedType(typeof(TaskCompleted), nameof(TaskCompleted))]
[JsonDerivedType(typeof(TaskFailed), nameof(TaskFailed))]
[JsonDerivedType(typeof(TimerFired), nameof(TimerFired))]
[JsonDerivedType(typeof(SubOrchestrationCompleted), nameof(SubOrchestrationCompleted))]
[JsonDerivedType(typeof(SubOrchestrationFailed), nameof(SubOrchestrationFailed))]
[JsonDerivedType(typeof(EventRaised), nameof(EventRaised))]
[JsonDerivedType(typeof(ExecutionSuspended), nameof(ExecutionSuspended))]
[JsonDerivedType(typeof(ExecutionResumed), nameof(ExecutionResumed))]
[JsonDerivedType(typeof(ExecutionTerminated), nameof(ExecutionTerminated))]
[JsonDerivedType(typeof(TaskScheduled), nameof(TaskScheduled))]
[JsonDerivedType(typeof(TimerCreated), nameof(TimerCreated))]
[JsonDerivedType(typeof(SubOrchestrationCreated), nameof(SubOrchestrationCreated))]
[JsonDerivedType(typeof(EventSent), nameof(EventSent))]
[JsonDerivedType(typeof(ExecutionCompleted), nameof(ExecutionCompleted))]
internal abstract record HistoryEvent
{
    /// <summary>The kind of event with what tells it from its like, for messages to people.</summary>
    public virtual string Describe() => GetType().Name;
}

/// <summary>What the code decided: it must decide the same in every replay.</summary>
/// <param name="Id">Counts the actions of an instance from zero.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(TaskScheduled), nameof(TaskScheduled))]
[JsonDerivedType(typeof(TimerCreated), nameof(TimerCreated))]
[JsonDerivedType(typeof(SubOrchestrationCreated), nameof(SubOrchestrationCreated))]
[JsonDerivedType(typeof(EventSent), nameof(EventSent))]
[JsonDerivedType(typeof(ExecutionCompleted), nameof(ExecutionCompleted))]
internal abstract record ActionEvent(int Id) : HistoryEvent
{
    /// <summary>Whether a replay may take <paramref name="other"/> for this action.</summary>
    public abstract bool Matches(ActionEvent other);
}

/// <summary>The first event: the orchestrator starts with its input, which the instance itself keeps.</summary>
/// <param name="Rules">By which rules it runs: histories of earlier versions must come out as they did.</param>
internal sealed record ExecutionStarted(int Rules = 0) : HistoryEvent
{
    /// <summary>
    /// Waits that were cancelled are passed over, and open calls hold the end. Before, by the rules of 0.1.0, such a wait took the next
    /// event of its name, which was lost then, and an execution ended when its code did.
    /// </summary>
    public const int AsTheRealEngine = 1;
}

/// <summary>An activity returned.</summary>
internal sealed record TaskCompleted(int TaskId, string? Result) : HistoryEvent
{
    public override string Describe() => $"TaskCompleted (#{TaskId})";
}

/// <summary>An activity threw.</summary>
internal sealed record TaskFailed(int TaskId, FailureDetails Failure) : HistoryEvent
{
    public override string Describe() => $"TaskFailed (#{TaskId})";
}

/// <summary>A timer went off.</summary>
internal sealed record TimerFired(int TimerId) : HistoryEvent
{
    public override string Describe() => $"TimerFired (#{TimerId})";
}

/// <summary>A sub-orchestration returned.</summary>
internal sealed record SubOrchestrationCompleted(int TaskId, string? Result) : HistoryEvent
{
    public override string Describe() => $"SubOrchestrationCompleted (#{TaskId})";
}

/// <summary>A sub-orchestration threw or was terminated.</summary>
internal sealed record SubOrchestrationFailed(int TaskId, FailureDetails Failure) : HistoryEvent
{
    public override string Describe() => $"SubOrchestrationFailed (#{TaskId})";
}

/// <summary>An external event came.</summary>
internal sealed record EventRaised(string Name, string? Payload) : HistoryEvent
{
    public override string Describe() => $"EventRaised '{Name}'";
}

/// <summary>A client suspended the instance.</summary>
internal sealed record ExecutionSuspended(string? Reason) : HistoryEvent;

/// <summary>A client resumed the instance.</summary>
internal sealed record ExecutionResumed(string? Reason) : HistoryEvent;

/// <summary>A client, or a terminated parent, ended the instance.</summary>
internal sealed record ExecutionTerminated(string? Output, bool Recursive) : HistoryEvent;

/// <summary>The code called an activity.</summary>
internal sealed record TaskScheduled(int Id, string Name, string? Version, string? Input) : ActionEvent(Id)
{
    public override bool Matches(ActionEvent other) => other is TaskScheduled task && HistoryNames.Equal(task.Name, Name);

    public override string Describe() => $"TaskScheduled '{Name}' (#{Id})";
}

/// <summary>The code set a timer, in ticks of UTC.</summary>
internal sealed record TimerCreated(int Id, [property: JsonConverter(typeof(UtcTicksConverter))] long FireAt) : ActionEvent(Id)
{
    public override bool Matches(ActionEvent other) => other is TimerCreated;

    public override string Describe() => $"TimerCreated (#{Id})";
}

/// <summary>The code called a sub-orchestration.</summary>
internal sealed record SubOrchestrationCreated(int Id, string InstanceId, string Name, string? Version, string? Input) : ActionEvent(Id)
{
    /// <summary>Whether the id has just been made, so that no instance can have it. Not stored.</summary>
    [JsonIgnore]
    public bool IsNewId { get; init; }

    /// <summary>Tags of its own; it has those of its caller besides.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    public override bool Matches(ActionEvent other) => other is SubOrchestrationCreated sub && HistoryNames.Equal(sub.Name, Name);

    public override string Describe() => $"SubOrchestrationCreated '{Name}' (#{Id})";
}

/// <summary>The code sent an event to another instance.</summary>
internal sealed record EventSent(int Id, string InstanceId, string Name, string? Payload) : ActionEvent(Id)
{
    public override bool Matches(ActionEvent other) =>
        other is EventSent sent && HistoryNames.Equal(sent.Name, Name) && sent.InstanceId == InstanceId;

    public override string Describe() => $"EventSent '{Name}' to '{InstanceId}' (#{Id})";
}

/// <summary>The code came to its end, or was ended.</summary>
internal sealed record ExecutionCompleted(int Id, OrchestrationRuntimeStatus Status, string? Output, FailureDetails? Failure)
    : ActionEvent(Id)
{
    // No instance has this status any longer, so clients may not look for it; histories are full of it.
#pragma warning disable CS0618
    public const OrchestrationRuntimeStatus ContinuedAsNew = OrchestrationRuntimeStatus.ContinuedAsNew;
#pragma warning restore CS0618

    public override bool Matches(ActionEvent other) => other is ExecutionCompleted completed && completed.Status == Status;

    public override string Describe() => $"ExecutionCompleted ({Status})";
}

/// <summary>
/// An activity that its caller did not wait for: it outlives the execution that called it. Never in a history, only a message.
/// </summary>
internal sealed record CallLeftBehind(string InstanceId, TaskScheduled Call) : HistoryEvent;

/// <summary>What one turn of an instance added to its history.</summary>
/// <param name="Timestamp">The time of the turn, in ticks of UTC.</param>
/// <param name="Received">What reached the instance, in this order.</param>
/// <param name="Actions">What its code decided then.</param>
internal sealed record HistoryTurn(
    [property: JsonConverter(typeof(UtcTicksConverter))] long Timestamp,
    IReadOnlyList<HistoryEvent> Received,
    IReadOnlyList<ActionEvent> Actions
)
{
    /// <summary>How many events it counts for, its own start included.</summary>
    [JsonIgnore]
    public int EventCount => 1 + Received.Count + Actions.Count;
}

/// <summary>Names of tasks and events compare without case.</summary>
internal static class HistoryNames
{
    public static bool Equal(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}

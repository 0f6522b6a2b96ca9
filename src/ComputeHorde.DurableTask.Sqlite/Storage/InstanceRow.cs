using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.DurableTask.Sqlite.Storage;

/// <summary>The part of an instance that does not change from turn to turn. Times are ticks of UTC.</summary>
internal sealed class InstanceRow
{
    // Beside the tags of users, who do not see it, as the framework's core keeps its own.
    private const string TraceTag = "MS_TraceParent";

    /// <summary>The number of the instance; ids can be used again, keys are not.</summary>
    public required long Key { get; init; }

    public required string InstanceId { get; init; }

    public required string Name { get; init; }

    public string? Version { get; init; }

    public string? Input { get; init; }

    public required long CreatedAt { get; init; }

    /// <summary>When it may start; null for at once.</summary>
    public long? StartAt { get; init; }

    /// <summary>Tags as a JSON object; null for none.</summary>
    public string? Tags { get; init; }

    public ParentLink? Parent { get; init; }

    /// <summary>Where the store finds the latest turn. Belongs to the store.</summary>
    public long HistoryHead { get; set; }

    /// <summary>Tags as they are stored; of two with the same name the one in <paramref name="own"/> counts.</summary>
    /// <param name="inherited">The tags of the caller.</param>
    /// <param name="own">Tags of its own.</param>
    /// <param name="trace">The span that made the instance, in the form of the W3C; null when nobody traces.</param>
    public static string? WriteTags(IReadOnlyDictionary<string, string> inherited, IReadOnlyDictionary<string, string>? own, string? trace)
    {
        if (own is not { Count: > 0 } && trace is null)
        {
            return inherited.Count == 0 ? null : JsonSerializer.Serialize(inherited);
        }

        var all = new Dictionary<string, string>(inherited);
        foreach (var (name, value) in own ?? ImmutableDictionary<string, string>.Empty)
        {
            all[name] = value;
        }

        if (trace is not null)
        {
            all[TraceTag] = trace;
        }

        return JsonSerializer.Serialize(all);
    }

    public IReadOnlyDictionary<string, string> ReadTags()
    {
        var tags = ReadAll();
        if (tags is null)
        {
            return ImmutableDictionary<string, string>.Empty;
        }

        tags.Remove(TraceTag);
        return tags;
    }

    /// <summary>The span that made the instance; null when nobody traced that.</summary>
    public string? ReadTrace() =>
        Tags?.Contains(TraceTag, StringComparison.Ordinal) == true ? ReadAll()!.GetValueOrDefault(TraceTag) : null;

    private Dictionary<string, string>? ReadAll() => Tags is null ? null : JsonSerializer.Deserialize<Dictionary<string, string>>(Tags);

    /// <summary>The same instance about to run again with another input.</summary>
    public InstanceRow StartOver(string? input, string? version) =>
        new()
        {
            Key = Key,
            InstanceId = InstanceId,
            Name = Name,
            Version = version,
            Input = input,
            CreatedAt = CreatedAt,
            Tags = Tags,
            Parent = Parent,
            HistoryHead = HistoryHead,
        };
}

/// <summary>The call that started an instance.</summary>
/// <param name="Key">The key of the calling instance.</param>
/// <param name="InstanceId">Its id.</param>
/// <param name="Name">The name of its orchestrator.</param>
/// <param name="Generation">Which of its executions called.</param>
/// <param name="TaskId">Which of that execution's actions the call is.</param>
internal sealed record ParentLink(long Key, string InstanceId, string Name, int Generation, int TaskId);

/// <summary>The part of an instance that each turn replaces. Times are ticks of UTC.</summary>
internal sealed record InstanceState
{
    public required OrchestrationRuntimeStatus Status { get; init; }

    /// <summary>How often the instance has continued as new.</summary>
    public int Generation { get; init; }

    /// <summary>How many turns the history has.</summary>
    public int Turns { get; init; }

    /// <summary>How many events the history has.</summary>
    public int Events { get; init; }

    public required long UpdatedAt { get; init; }

    /// <summary>When it ended; null as long as it has not.</summary>
    public long? CompletedAt { get; init; }

    /// <summary>When its next timer goes off or it may start; null for neither.</summary>
    public long? WakeAt { get; init; }

    /// <summary>Whether activities have been called that have not come back.</summary>
    public bool HasOpenActivities { get; init; }

    public string? Output { get; init; }

    public string? CustomStatus { get; init; }

    public FailureDetails? Failure { get; init; }

    /// <summary>Whether it is over.</summary>
    public bool IsOver => CompletedAt is not null;
}

/// <summary>An instance as it is stored.</summary>
internal sealed record StoredInstance(InstanceRow Row, InstanceState State);

/// <summary>A message to an instance that is stored until a turn takes it.</summary>
/// <param name="Id">Its number; messages are delivered in the order of their numbers.</param>
/// <param name="Target">The key of the instance.</param>
/// <param name="Generation">The execution it is for; -1 for whichever runs.</param>
/// <param name="Data">The encoded event.</param>
internal sealed record StoredMessage(long Id, long Target, int Generation, byte[] Data);

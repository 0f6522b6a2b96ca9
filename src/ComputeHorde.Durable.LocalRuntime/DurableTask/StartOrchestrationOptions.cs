using System.Collections.Immutable;

namespace Microsoft.DurableTask;

/// <summary>How an orchestration is started.</summary>
public record StartOrchestrationOptions
{
    /// <summary>Makes options.</summary>
    /// <param name="InstanceId">The id of the instance; by default a new one.</param>
    /// <param name="StartAt">When it starts; by default at once.</param>
    public StartOrchestrationOptions(string? InstanceId = null, DateTimeOffset? StartAt = null) =>
        (this.InstanceId, this.StartAt) = (InstanceId, StartAt);

    /// <summary>Makes a copy.</summary>
    /// <param name="options">What to copy.</param>
    public StartOrchestrationOptions(StartOrchestrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        InstanceId = options.InstanceId;
        StartAt = options.StartAt;
        Tags = options.Tags;
        Version = options.Version;
        DedupeStatuses = options.DedupeStatuses;
    }

    /// <summary>The id of the instance; <see langword="null"/> for a new one.</summary>
    public string? InstanceId { get; init; }

    /// <summary>When the instance starts; <see langword="null"/> or a moment in the past for at once.</summary>
    public DateTimeOffset? StartAt { get; init; }

    /// <summary>Tags of the instance.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The version of the orchestrator; by default none.</summary>
    public TaskVersion? Version { get; init; }

    /// <summary>
    /// The statuses in which an instance of the same id makes the start fail. As soon as this is given, even empty, an unfinished
    /// instance in any other status is terminated and replaced.
    /// </summary>
    public IReadOnlyList<string>? DedupeStatuses { get; init; }
}

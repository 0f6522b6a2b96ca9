namespace Microsoft.DurableTask;

/// <summary>How a sub-orchestration is called.</summary>
public record SubOrchestrationOptions : TaskOptions
{
    /// <summary>Makes options.</summary>
    /// <param name="retry">How to retry; by default not at all.</param>
    /// <param name="instanceId">The id of the sub-orchestration; by default a new one.</param>
    public SubOrchestrationOptions(TaskRetryOptions? retry = null, string? instanceId = null)
        : base(retry) => InstanceId = instanceId;

    /// <summary>Makes options from others.</summary>
    /// <param name="options">What to take over.</param>
    /// <param name="instanceId">The id of the sub-orchestration; by default that of <paramref name="options"/>, or a new one.</param>
    public SubOrchestrationOptions(TaskOptions options, string? instanceId = null)
        : base(options)
    {
        InstanceId = instanceId ?? (options as SubOrchestrationOptions)?.InstanceId;
    }

    /// <summary>Makes a copy.</summary>
    /// <param name="options">What to copy.</param>
    public SubOrchestrationOptions(SubOrchestrationOptions options)
        : base(options) => InstanceId = options.InstanceId;

    /// <summary>The id of the sub-orchestration; <see langword="null"/> for a new one.</summary>
    public string? InstanceId { get; init; }

    /// <summary>The version of the sub-orchestration.</summary>
    public new TaskVersion? Version
    {
        get => base.Version;
        init => base.Version = value;
    }
}

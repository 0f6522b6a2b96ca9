namespace ComputeHorde.Sdk;

/// <summary>A job as the facilitator last described it (protocol 2.3). Immutable: ask the client for a newer one.</summary>
public sealed record ComputeHordeJob
{
    /// <summary>The job's UUID, lower case with dashes.</summary>
    public required string Uuid { get; init; }

    /// <summary>
    /// The status that counts: <c>completed</c> if that was ever reached, else the last terminal status, else the last known one. A job may
    /// get further entries after its end (protocol 9.5); <see cref="LastStatus"/> is the newest.
    /// </summary>
    public required JobStatus Status { get; init; }

    /// <summary>The newest status text, which may be one that this version does not know.</summary>
    public JobStatus LastStatus { get; init; }

    /// <summary>All statuses in the order in which they were recorded.</summary>
    public IReadOnlyList<JobStatusEntry> StatusHistory { get; init; } = [];

    /// <summary>When the job was created; null when the facilitator gave no readable time.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When the newest status was recorded; null when the facilitator gave no readable time.</summary>
    public DateTimeOffset? LastUpdate { get; init; }

    /// <summary>The tag given at creation, or empty.</summary>
    public string Tag { get; init; } = "";

    /// <summary>Executor class.</summary>
    public string ExecutorClass { get; init; } = "";

    /// <summary>Docker image.</summary>
    public string DockerImage { get; init; } = "";

    /// <summary>Job namespace; null for none.</summary>
    public string? JobNamespace { get; init; }

    /// <summary>Arguments.</summary>
    public IReadOnlyList<string> Args { get; init; } = [];

    /// <summary>Environment; the facilitator does not keep its order.</summary>
    public IReadOnlyDictionary<string, string> Env { get; init; } = new Dictionary<string, string>();

    /// <summary>Artifacts folder, or empty.</summary>
    public string ArtifactsDir { get; init; } = "";

    /// <summary>True when it runs on the validator's own trusted miner.</summary>
    public bool OnTrustedMiner { get; init; }

    /// <summary>Hotkey of the validator it was sent to.</summary>
    public string TargetValidatorHotkey { get; init; } = "";

    /// <summary>Streaming data; null for a job that does not stream.</summary>
    public StreamingInfo? Streaming { get; init; }

    /// <summary>The result; null unless <see cref="Status"/> is <c>completed</c>.</summary>
    public JobResult? Result { get; init; }

    /// <summary>Why it was rejected or failed; null when in progress, completed, or when the facilitator gives no details.</summary>
    public JobError? Error { get; init; }

    /// <summary>True once any terminal status was reached.</summary>
    public bool IsTerminal => Status.IsTerminal;

    /// <summary>
    /// True when it failed only in so far as its validator has given up waiting for it: the job goes on, and <c>completed</c> may follow
    /// (protocol 9.5).
    /// </summary>
    public bool MayStillComplete =>
        Status == JobStatus.HordeFailed && Error is { Reason: "unhandled_exception", ExceptionType: "TimeoutError" };

    /// <summary>True when completed.</summary>
    public bool IsSuccessful => Status == JobStatus.Completed;

    /// <summary>Who is to blame for an end that is not a completion.</summary>
    public FailureClass Failure =>
        Status == JobStatus.Rejected ? FailureClass.Rejected
        : Status == JobStatus.HordeFailed ? FailureClass.HordeFailed
        : Status != JobStatus.Failed ? FailureClass.None
        : Error?.Class == FailureClass.HordeFailed ? FailureClass.HordeFailed
        : FailureClass.JobFailed;

    /// <summary>True when the job ended badly for reasons that another attempt may not meet (protocol 9.4).</summary>
    public bool IsWorthRetrying => Failure is FailureClass.Rejected or FailureClass.HordeFailed && Error?.IsUserCaused != true;

    /// <summary>
    /// True when it was rejected before any miner had accepted it, and not for its signature: no miner was free, there was no allowance, no
    /// executor. Nothing is paid for it, and the same job may be taken later.
    /// </summary>
    public bool IsTurnedAway =>
        Failure == FailureClass.Rejected
        && Error?.IsUserCaused != true
        && StatusHistory.All(static entry =>
            entry.Status == JobStatus.Sent || entry.Status == JobStatus.Received || entry.Status == JobStatus.Rejected
        );

    /// <summary>UUID and status.</summary>
    /// <returns>A short description.</returns>
    public override string ToString() => $"job {Uuid} ({Status})";
}

namespace ComputeHorde.Sdk;

/// <summary>How a job is run until it is complete.</summary>
public sealed record RunOptions
{
    /// <summary>
    /// Handle of the whole run, at most 240 characters; attempt n is stored under <c>tag#n</c>. A run that is started again with the same tag goes on
    /// with the attempts that are there. Default null: a random one.
    /// </summary>
    public string? Tag { get; init; }

    /// <summary>True to run on the validator's own trusted miner. Default false.</summary>
    public bool OnTrustedMiner { get; init; }

    /// <summary>Validator to send to, instead of <see cref="ComputeHordeOptions.ValidatorHotkey"/>. Default null.</summary>
    public string? TargetValidatorHotkey { get; init; }

    /// <summary>How many jobs may be created, each of which may cost. Default 3.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>Time for the whole run. Default null: no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>A job that is not <c>received</c> after this time counts as lost. Default 60 seconds.</summary>
    public TimeSpan LostAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Wait before the second attempt; doubled for each further one up to a minute, with jitter. Default 1 second.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Decides whether a job that ended badly is tried again. Default null: <see cref="ComputeHordeJob.IsWorthRetrying"/>.</summary>
    public Func<ComputeHordeJob, bool>? ShouldRetry { get; init; }

    /// <summary>Called when an attempt's job is there. Default null.</summary>
    public Func<RunAttempt, ValueTask>? OnAttempt { get; init; }

    /// <summary>Called for each new status of an attempt. Default null.</summary>
    public Func<RunAttempt, JobStatusChange, ValueTask>? OnStatusChange { get; init; }

    /// <summary>Certificate to reach streaming attempts with. Default null: each attempt of a streaming job gets its own.</summary>
    public StreamingCertificate? StreamingCertificate { get; init; }
}

/// <summary>One attempt of a run.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="Creation">Its job as it was created or found, its tag and its streaming certificate.</param>
public sealed record RunAttempt(int Number, CreateJobResult Creation);

/// <summary>How a run ended.</summary>
/// <param name="Job">The completed job, else the last one. Not terminal when the last attempt was lost or stuck.</param>
/// <param name="Attempts">All attempts.</param>
public sealed record RunResult(ComputeHordeJob Job, IReadOnlyList<RunAttempt> Attempts)
{
    /// <summary>True when the job completed.</summary>
    public bool IsSuccessful => Job.IsSuccessful;
}

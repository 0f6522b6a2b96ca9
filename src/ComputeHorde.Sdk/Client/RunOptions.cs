namespace ComputeHorde.Sdk;

/// <summary>How a job is run until it is complete.</summary>
public sealed record RunOptions
{
    /// <summary>As long as a timer can be set.</summary>
    internal static readonly TimeSpan MaxTimeout = TimeSpan.FromDays(24);

    /// <summary>
    /// Handle of the whole run, at most 240 characters; job n is stored under <c>tag#n</c>. A run that is started again with the same tag
    /// goes on with the jobs that are there; start it no sooner than <see cref="ComputeHordeOptions.CreateDoubt"/> after the process that
    /// had it has died. Default null: a random one.
    /// </summary>
    public string? Tag { get; init; }

    /// <summary>True to run on the validator's own trusted miner. Default false.</summary>
    public bool OnTrustedMiner { get; init; }

    /// <summary>Validator to send to, instead of <see cref="ComputeHordeOptions.ValidatorHotkey"/>. Default null.</summary>
    public string? TargetValidatorHotkey { get; init; }

    /// <summary>
    /// How many jobs may be paid for. A job that was turned away for want of room (<see cref="ComputeHordeJob.IsTurnedAway"/>) costs
    /// nothing and does not count. 0 for as many as the time allows, which needs a <see cref="Timeout"/>. Default 3; at most 1000.
    /// </summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>Time for the whole run, at most 24 days. Default null: no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// How long room is waited for before an attempt: no miner is free, there is no allowance, the validator or the facilitator is away.
    /// Nothing is paid meanwhile. Zero to give up at once. Default 30 minutes; at most 7 days.
    /// </summary>
    public TimeSpan CapacityTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>A job that is not <c>received</c> after this time counts as lost. Default 60 seconds; at most a day.</summary>
    public TimeSpan LostAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Wait before the second attempt; doubled for each further one up to a minute, with jitter. Default 1 second; at most a minute.
    /// </summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Decides whether a job that ended badly is tried again. Not asked about jobs that were turned away. Default null:
    /// <see cref="ComputeHordeJob.IsWorthRetrying"/>.
    /// </summary>
    public Func<ComputeHordeJob, bool>? ShouldRetry { get; init; }

    /// <summary>Called when an attempt's job is there. Default null.</summary>
    public Func<RunAttempt, ValueTask>? OnAttempt { get; init; }

    /// <summary>Called for each new status of an attempt. Default null.</summary>
    public Func<RunAttempt, JobStatusChange, ValueTask>? OnStatusChange { get; init; }

    /// <summary>Certificate to reach streaming attempts with. Default null: each attempt of a streaming job gets its own.</summary>
    public StreamingCertificate? StreamingCertificate { get; init; }

    internal void Check()
    {
        const int Suffix = 15;
        var problems = new ProblemList();
        problems.Name("tag", Tag, required: Tag is not null, JobSpecValidation.MaxTagLength - Suffix);
        if (MaxAttempts is < 0 or > 1000)
        {
            problems.Add("max_attempts", "must be between 1 and 1000, or 0 for no limit.");
        }
        else if (MaxAttempts == 0 && Timeout is null)
        {
            problems.Add("max_attempts", "can only be 0, which is no limit, together with a timeout.");
        }

        problems.Time("timeout", Timeout, TimeSpan.FromTicks(1), MaxTimeout);
        problems.Time("capacity_timeout", CapacityTimeout, TimeSpan.Zero, TimeSpan.FromDays(7));
        problems.Time("lost_after", LostAfter, TimeSpan.FromTicks(1), TimeSpan.FromDays(1));
        problems.Time("retry_delay", RetryDelay, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        problems.ThrowIfAny();
    }
}

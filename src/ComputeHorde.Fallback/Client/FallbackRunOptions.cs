namespace ComputeHorde.Fallback;

/// <summary>How a job is run until it is complete.</summary>
public sealed record FallbackRunOptions
{
    /// <summary>
    /// Handle of the whole run; job n has the tag <c>tag#n</c>. A run that is started again with the same tag goes on with the jobs that
    /// are there.
    /// </summary>
    /// <value>Default null: a random one.</value>
    public string? Tag { get; init; }

    /// <summary>How many jobs may be paid for.</summary>
    /// <value>Default 2.</value>
    public int MaxAttempts { get; init; } = 2;

    /// <summary>The most that each job may cost, in US dollars.</summary>
    /// <value>Default null: <see cref="FallbackOptions.MaxUsdPerJob"/>.</value>
    public decimal? MaxUsdPerJob { get; init; }

    /// <summary>Time for the whole run.</summary>
    /// <value>Default null: the jobs' own limits are the only ones.</value>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// How long a provider that does not answer, or has no machine, is waited for before an attempt; nothing is paid meanwhile.
    /// </summary>
    /// <value>Default 30 minutes.</value>
    public TimeSpan CapacityTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Called when an attempt's job is there.</summary>
    /// <value>Default null.</value>
    public Func<int, FallbackJob, ValueTask>? OnAttempt { get; init; }
}

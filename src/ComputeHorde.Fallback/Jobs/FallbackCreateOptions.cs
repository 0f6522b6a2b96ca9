namespace ComputeHorde.Fallback;

/// <summary>How one job is created.</summary>
public sealed record FallbackCreateOptions
{
    /// <summary>The most that it may cost, in US dollars; never more than <see cref="FallbackOptions.MaxUsdPerJob"/>.</summary>
    /// <value>Default null: that.</value>
    public decimal? MaxUsd { get; init; }

    /// <summary>
    /// Asked before a machine is requested, with the job's id and its cost bound in US dollars; what it throws keeps the machine from being
    /// rented. Called again for a job whose request is repeated.
    /// </summary>
    /// <value>Default null: nobody is asked.</value>
    public Func<string, decimal, CancellationToken, Task>? Reserve { get; init; }
}

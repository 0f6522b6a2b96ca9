using ComputeHorde.Sdk;

namespace ComputeHorde.Fallback;

/// <summary>A job on a fallback machine, as it was last seen.</summary>
/// <param name="Job">The job in ComputeHorde's own form: statuses, failure classes, result.</param>
/// <param name="Provider">The provider's name.</param>
/// <param name="CostBoundUsd">What it may cost at most, in US dollars; computed before its machine was rented.</param>
/// <param name="Deadline">When its machine has to be gone, UTC.</param>
public sealed record FallbackJob(ComputeHordeJob Job, string Provider, decimal CostBoundUsd, DateTimeOffset Deadline)
{
    /// <summary>The price of its machine, in US dollars an hour; null while there is none.</summary>
    public decimal? UsdPerHour { get; init; }

    /// <summary>
    /// What it has cost, in US dollars: by the provider's bill where there is one, else by price and time. Null until its machine is gone.
    /// </summary>
    public decimal? CostUsd { get; init; }

    /// <summary>Whether its machine is gone for sure.</summary>
    public bool IsReleased { get; init; }
}

namespace ComputeHorde.Durable.Runs;

/// <summary>That an attempt was executed on fallback, where, and for how much.</summary>
/// <param name="Provider">Its name, for example <c>runpod</c>.</param>
/// <param name="CostBoundUsd">What it could cost at most, in US dollars, as computed before its machine was rented.</param>
internal sealed record FallbackTerms(string Provider, decimal CostBoundUsd)
{
    /// <summary>The price of its machine, in US dollars an hour; null where it is not told.</summary>
    public decimal? UsdPerHour { get; init; }

    /// <summary>What it has cost, in US dollars: by the provider's bill, else by price and time; null until its machine is gone.</summary>
    public decimal? CostUsd { get; init; }

    /// <summary>Seconds from its purchase within which it is over for sure.</summary>
    public int BoundSeconds { get; init; }
}

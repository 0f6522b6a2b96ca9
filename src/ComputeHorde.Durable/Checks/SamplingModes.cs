namespace ComputeHorde.Durable.Checks;

/// <summary>The values of <see cref="CheckPolicy.Sampling"/>.</summary>
internal static class SamplingModes
{
    /// <summary>A share of the jobs, chosen by a keyed hash that no miner can foresee.</summary>
    public const string Rate = "rate";

    /// <summary>Every job.</summary>
    public const string Always = "always";

    /// <summary>No job.</summary>
    public const string Never = "never";

    /// <summary>
    /// As <see cref="Rate"/>, but at most as many trusted executor seconds an hour as configured, spread evenly over the namespaces.
    /// </summary>
    public const string Budgeted = "budgeted";

    public static readonly IReadOnlyList<string> All = [Rate, Always, Never, Budgeted];
}

namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>Settings of a comparison.</summary>
public sealed record ComparisonSettings
{
    /// <summary>Tolerance relative to the trusted number: |a − b| ≤ atol + rtol·|b|.</summary>
    /// <value>1e-5.</value>
    public double Rtol { get; init; } = 1e-5;

    /// <summary>Absolute tolerance.</summary>
    /// <value>1e-8.</value>
    public double Atol { get; init; } = 1e-8;

    /// <summary>The artifacts and outputs to compare, by path; null compares all.</summary>
    /// <value>Null.</value>
    public IReadOnlyList<string>? Paths { get; init; }

    /// <summary>
    /// Whether <paramref name="actual"/> is within the tolerances of <paramref name="expected"/>. NaN agrees with NaN, infinities with
    /// themselves.
    /// </summary>
    /// <param name="actual">The miner's number.</param>
    /// <param name="expected">The trusted number.</param>
    /// <returns>Whether they agree.</returns>
    public bool IsClose(double actual, double expected) =>
        actual.Equals(expected)
        || (double.IsFinite(actual) && double.IsFinite(expected) && Math.Abs(actual - expected) <= Atol + (Rtol * Math.Abs(expected)));
}

namespace ComputeHorde.Durable.Comparison;

/// <summary>
/// Compares what an untrusted miner returned with what the trusted one did. Register your own in the host's services; a request names it as
/// <c>custom:&lt;name&gt;</c>.
/// </summary>
public interface IResultComparer
{
    /// <summary>The name that requests use; a comparer of yours is called <c>custom:</c> and this.</summary>
    string Name { get; }

    /// <summary>Compares.</summary>
    /// <param name="untrusted">What the miner returned. Open it with limits: it can be anything.</param>
    /// <param name="trusted">What the trusted miner returned.</param>
    /// <param name="settings">Tolerances and paths.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The verdict. What cannot be compared is inconclusive, never a mismatch.</returns>
    Task<Comparison> CompareAsync(IResultContent untrusted, IResultContent trusted, ComparisonSettings settings, CancellationToken cancellationToken);
}

/// <summary>What a comparison found.</summary>
public enum Verdict
{
    /// <summary>The results agree.</summary>
    Match,

    /// <summary>The results differ.</summary>
    Mismatch,

    /// <summary>It cannot be told: nothing to compare, or nothing to compare it with.</summary>
    Inconclusive,
}

/// <summary>A verdict with its reason.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Reason">What agreed, differed or was missing: one sentence, without content.</param>
public sealed record Comparison(Verdict Verdict, string Reason)
{
    internal static Comparison Match(string reason) => new(Verdict.Match, reason);

    internal static Comparison Mismatch(string reason) => new(Verdict.Mismatch, Texts.Cut(reason));

    internal static Comparison Inconclusive(string reason) => new(Verdict.Inconclusive, Texts.Cut(reason));
}

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

    /// <summary>Whether <paramref name="actual"/> is within the tolerances of <paramref name="expected"/>. NaN agrees with NaN, infinities with themselves.</summary>
    /// <param name="actual">The miner's number.</param>
    /// <param name="expected">The trusted number.</param>
    /// <returns>Whether they agree.</returns>
    public bool IsClose(double actual, double expected) =>
        actual.Equals(expected) || (double.IsFinite(actual) && double.IsFinite(expected) && Math.Abs(actual - expected) <= Atol + (Rtol * Math.Abs(expected)));
}

namespace ComputeHorde.Durable.Checks;

/// <summary>What the check of a run has found; the output of <see cref="CheckResult"/>.</summary>
/// <param name="Verdict">One of <see cref="Verdicts"/>.</param>
internal sealed record CheckOutcome(string Verdict, string Reason)
{
    /// <summary>The copies on the trusted miner, one or two.</summary>
    public IReadOnlyList<string> TrustedJobUuids { get; init; } = [];

    /// <summary>Whether the second trusted copy agreed with the first and disagreed with the miner.</summary>
    public bool IsConfirmed { get; init; }

    /// <summary>
    /// What became of the cheat report; null when none was made. <c>recorded</c> means recorded by the facilitator, not acted upon
    /// (protocol 7.3).
    /// </summary>
    public string? Report { get; init; }

    /// <summary>Executor seconds that the trusted copies took.</summary>
    public double TrustedSeconds { get; init; }
}

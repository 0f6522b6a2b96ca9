using ComputeHorde.Durable.Checks.Comparers;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Checks;

/// <summary>What a comparison found.</summary>
/// <param name="Verdict"><see cref="Verdicts.Match"/>, <see cref="Verdicts.Mismatch"/> or <see cref="Verdicts.Inconclusive"/>.</param>
/// <param name="Reason">Why, without content.</param>
internal sealed record CompareOutcome(string Verdict, string Reason) : INotNow
{
    public string? NotNow { get; init; }

    /// <summary>Whether there was not time enough; a second comparison may have it.</summary>
    public bool TookTooLong { get; init; }

    public static CompareOutcome Match(string reason) => new(Verdicts.Match, HistoryText.Truncate(reason));

    public static CompareOutcome Mismatch(string reason) => new(Verdicts.Mismatch, HistoryText.Truncate(reason));

    public static CompareOutcome Inconclusive(string reason) => new(Verdicts.Inconclusive, HistoryText.Truncate(reason));

    public static CompareOutcome Of(Comparison comparison) =>
        comparison.Verdict switch
        {
            Comparers.Verdict.Match => Match(comparison.Reason),
            Comparers.Verdict.Mismatch => Mismatch(comparison.Reason),
            _ => Inconclusive(comparison.Reason),
        };
}

using ComputeHorde.Durable.Checks.Comparers;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Checks;

/// <summary>What a comparison found.</summary>
/// <param name="Verdict">One of <see cref="Verdicts"/>; null when the results could not be read now.</param>
/// <param name="Reason">Why, without content.</param>
internal sealed record CompareOutcome(string? Verdict, string Reason)
{
    internal static CompareOutcome NotNow(string reason) => new(null, HistoryText.Truncate(reason));

    internal static CompareOutcome Inconclusive(string reason) => new(Verdicts.Inconclusive, HistoryText.Truncate(reason));

    internal static CompareOutcome Of(Comparison comparison) => new(
        comparison.Verdict switch
        {
            Comparers.Verdict.Match => Verdicts.Match,
            Comparers.Verdict.Mismatch => Verdicts.Mismatch,
            _ => Verdicts.Inconclusive,
        },
        HistoryText.Truncate(comparison.Reason));
}

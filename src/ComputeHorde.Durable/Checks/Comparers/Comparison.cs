using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>A verdict with its reason.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Reason">What agreed, differed or was missing: one sentence, without content.</param>
public sealed record Comparison(Verdict Verdict, string Reason)
{
    internal static Comparison Match(string reason) => new(Verdict.Match, HistoryText.Truncate(reason));

    internal static Comparison Mismatch(string reason) => new(Verdict.Mismatch, HistoryText.Truncate(reason));

    internal static Comparison Inconclusive(string reason) => new(Verdict.Inconclusive, HistoryText.Truncate(reason));
}

using ComputeHorde.Durable.Checks.Comparers;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Checks;

/// <summary>What to compare.</summary>
/// <param name="Untrusted">The result to check.</param>
/// <param name="Trusted">The result to check it against.</param>
/// <param name="Settings">Tolerances and paths.</param>
internal sealed record CompareInput(ResultReference Untrusted, ResultReference Trusted, string Comparer, ComparisonSettings Settings)
{
    /// <summary>The trace of the run: W3C <c>traceparent</c>; null when nobody traces.</summary>
    public string? Trace { get; init; }
}

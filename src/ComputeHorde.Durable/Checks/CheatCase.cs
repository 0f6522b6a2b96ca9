using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Checks;

/// <summary>A confirmed mismatch: who, what, and what proves it.</summary>
/// <param name="JobUuid">The miner's job.</param>
/// <param name="TrustedJobUuid">The trusted job that a report names.</param>
/// <param name="Comparer">How they were compared.</param>
/// <param name="Reason">What differs.</param>
/// <param name="Result">What the miner returned.</param>
/// <param name="TrustedResults">What the two trusted runs returned.</param>
internal sealed record CheatCase(
    string RunId,
    string JobUuid,
    string TrustedJobUuid,
    string Comparer,
    string Reason,
    ResultReference Result,
    IReadOnlyList<ResultReference> TrustedResults
)
{
    /// <summary>The trace of the run: W3C <c>traceparent</c>; null when nobody traces.</summary>
    public string? Trace { get; init; }
}

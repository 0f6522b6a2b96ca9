using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Runs;

/// <summary>The attempt to buy.</summary>
/// <param name="Key">Which attempt of which run.</param>
/// <param name="RequestId">The stored request.</param>
/// <param name="RequestSha256">Its hash.</param>
public sealed record BuyJobInput(AttemptKey Key, string RequestId, string RequestSha256)
{
    /// <summary>The trace of the run: W3C <c>traceparent</c>; null when nobody traces.</summary>
    public string? Trace { get; init; }
}

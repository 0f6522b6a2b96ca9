using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Runs;

/// <summary>The run to settle.</summary>
/// <param name="First">Its first attempt.</param>
/// <param name="Attempts">How many attempts there were, numbered on from the first.</param>
/// <param name="RequestId">Its stored request.</param>
/// <param name="RequestSha256">The hash of the request.</param>
public sealed record SettleInput(AttemptKey First, int Attempts, string RequestId, string RequestSha256)
{
    /// <summary>The number of the attempt that decides it; null to store nothing.</summary>
    public int? Decisive { get; init; }

    /// <summary>The job of that attempt.</summary>
    public string? JobUuid { get; init; }

    /// <summary>Whether the run has streaming keys to forget.</summary>
    public bool IsStreaming { get; init; }

    /// <summary>The trace of the run: W3C <c>traceparent</c>; null when nobody traces.</summary>
    public string? Trace { get; init; }
}

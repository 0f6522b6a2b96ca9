namespace ComputeHorde.Durable.Checks;

/// <summary>The job to decide about.</summary>
/// <param name="Namespace">Its namespace; empty for none.</param>
/// <param name="ExpectedSeconds">What its trusted copy is expected to take.</param>
/// <param name="Policy">How to sample.</param>
internal sealed record SampleInput(string JobUuid, string Namespace, double ExpectedSeconds, CheckPolicy Policy)
{
    /// <summary>The request's own bound on the trusted executor seconds of an hour; null for none.</summary>
    public double? TrustedSecondsPerHour { get; init; }

    /// <summary>Whether the job serves a client while it runs.</summary>
    public bool IsStreaming { get; init; }

    /// <summary>The trace of the run: W3C <c>traceparent</c>; null when nobody traces.</summary>
    public string? Trace { get; init; }
}

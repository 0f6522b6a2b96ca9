namespace ComputeHorde.Durable.Runs;

/// <summary>The job to look at.</summary>
/// <param name="Attempt">The attempt that bought it.</param>
internal sealed record LookAtJobInput(string JobUuid, int Attempt)
{
    /// <summary>The trace of the run: W3C <c>traceparent</c>; null when nobody traces.</summary>
    public string? Trace { get; init; }
}

using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Checks;

/// <summary>The job to check.</summary>
/// <param name="RunId">The run that bought it.</param>
/// <param name="JobUuid">The job.</param>
/// <param name="Result">What it returned.</param>
/// <param name="RequestId">The run's stored request.</param>
/// <param name="RequestSha256">The hash of the request.</param>
/// <param name="RunPolicy">The policy of the run, for the copies.</param>
/// <param name="JobBoundSeconds">Seconds within which a copy should end.</param>
/// <param name="Policy">How to check.</param>
/// <param name="Namespace">The job's namespace; empty for none.</param>
public sealed record CheckInput(
    string RunId,
    string JobUuid,
    ResultReference Result,
    string RequestId,
    string RequestSha256,
    RunPolicy RunPolicy,
    int JobBoundSeconds,
    CheckPolicy Policy,
    string Namespace)
{
    /// <summary>The trace of the run: W3C <c>traceparent</c>; null when nobody traces.</summary>
    public string? Trace { get; init; }
}

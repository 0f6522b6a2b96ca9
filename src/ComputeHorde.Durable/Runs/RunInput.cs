using ComputeHorde.Durable.Checks;

namespace ComputeHorde.Durable.Runs;

/// <summary>
/// The input of <see cref="RunJob"/>: what the orchestrator decides by, and a reference to the request. The request
/// itself can hold megabytes and secrets and stays in the <c>requests</c> container (claim check).
/// </summary>
/// <param name="RequestId">The name under which the request is stored.</param>
/// <param name="RequestSha256">SHA-256 of the stored request, lower-case hex: an activity refuses a request that was changed later.</param>
/// <param name="Policy">What the run may cost and how long it may take.</param>
/// <param name="JobBoundSeconds">Seconds within which a job that was received should have ended (protocol 9.2).</param>
public sealed record RunInput(string RequestId, string RequestSha256, RunPolicy Policy, int JobBoundSeconds)
{
    /// <summary>The run of which this one is a copy on the validator's trusted miner; null for a run of its own. Tags of copies end in <c>#trusted&lt;n&gt;</c>.</summary>
    public string? TrustedCopyOf { get; init; }

    /// <summary>Whether and how the result is checked; null for not at all.</summary>
    public CheckPolicy? CrossValidation { get; init; }

    /// <summary>The job's namespace; empty for none.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Whether the job serves HTTP while it runs (protocol 6.6).</summary>
    public bool IsStreaming { get; init; }

    /// <summary>The trace of the run: W3C <c>traceparent</c>; null when nobody traces.</summary>
    public string? Trace { get; init; }

    /// <summary>The number of the first attempt: copies of one run must not share a tag.</summary>
    /// <value>1.</value>
    public int FirstAttempt { get; init; } = 1;
}

using System.Text.Json;
using ComputeHorde.Durable.Limits;
using ComputeHorde.Durable.Notices;

namespace ComputeHorde.Durable.Runs;

/// <summary>
/// The input of <see cref="RunJob"/>: what the orchestrator decides by, all that it needs to end, and a reference to the request. The
/// request itself can hold megabytes and secrets and stays in container <c>requests</c> (claim check).
/// </summary>
/// <param name="RequestId">The name under which the request is stored.</param>
/// <param name="RequestSha256">SHA-256 of the stored request, lower-case hex: a request that was changed later buys nothing.</param>
/// <param name="Policy">What the run may cost and how long it may take.</param>
/// <param name="JobBoundSeconds">Seconds within which a job that was received should have ended (protocol 9.2).</param>
internal sealed record RunInput(string RequestId, string RequestSha256, RunPolicy Policy, int JobBoundSeconds)
{
    /// <summary>The outputs that a completed job owes.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>Whether the upload URLs of the first attempt were handed out before the run began.</summary>
    public bool HasPreparedUrls { get; init; }

    /// <summary>
    /// The run of which this one is a copy on the validator's trusted miner; null for a run of its own. Tags of copies end in
    /// <c>#trusted&lt;n&gt;</c>.
    /// </summary>
    public string? TrustedCopyOf { get; init; }

    /// <summary>The number of the first attempt: copies of one run must not share a tag.</summary>
    public int FirstAttempt { get; init; } = 1;

    /// <summary>Whether and how the result is checked: <c>cross_validation</c> of the request; null for not at all.</summary>
    public JsonElement? Check { get; init; }

    /// <summary>The job's namespace; empty for none.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>What the caller finds the run by: <see cref="RunLabels"/>; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>The run that this one repeats; null for none.</summary>
    public string? RerunOf { get; init; }

    /// <summary>The limits that the run waits for; null when it has none and waits for nobody.</summary>
    public PlaceRequest? Place { get; init; }

    /// <summary>The request's own bound on the trusted executor seconds of an hour; null for none.</summary>
    public double? TrustedSecondsPerHour { get; init; }

    /// <summary>Whether the job serves HTTP while it runs (protocol 6.6).</summary>
    public bool IsStreaming { get; init; }

    /// <summary>Who is told how the run ends; null for nobody.</summary>
    public WebhookReference? Webhook { get; init; }

    /// <summary>What the request asks for and ComputeHorde will hardly give.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The trace of the run: W3C <c>traceparent</c>; null when nobody traces.</summary>
    public string? Trace { get; init; }
}

using System.Text.Json;
using ComputeHorde.Durable.Notices;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Runs;

/// <summary>
/// What a run leaves to its check: the input of orchestration <see cref="Orchestrator"/>, called <c>&lt;run&gt;~check</c>.
/// </summary>
/// <param name="RunId">The run that bought the job.</param>
/// <param name="Result">What it returned.</param>
/// <param name="Policy">How to check: <c>cross_validation</c> of the request, as the checks read it.</param>
/// <param name="Copy">The run that a copy on the trusted miner would be, but for <see cref="RunInput.TrustedCopyOf"/> and
/// <see cref="RunInput.FirstAttempt"/>.</param>
internal sealed record CheckInput(string RunId, string JobUuid, ResultReference Result, JsonElement Policy, RunInput Copy)
{
    /// <summary>The name of the orchestration.</summary>
    public const string Orchestrator = "CheckResult";

    /// <summary>Why the job failed by its own doing, which a miner can pretend; null when it completed.</summary>
    public JobFailure? Failure { get; init; }

    /// <summary>When the caller's time is over, UTC; null for never.</summary>
    public DateTime? TimesOutAt { get; init; }

    /// <summary>Executor seconds that the run took.</summary>
    public double ExecutorSeconds { get; init; }

    /// <summary>Who is told the verdict; null for nobody.</summary>
    public WebhookReference? Webhook { get; init; }

    /// <summary>The name of the check of a run.</summary>
    public static string InstanceId(string runId) => runId + "~check";
}

using System.Collections.Immutable;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Runs;

/// <summary>What one run may cost and how long it may take. Every value has a default; a request overrides what it names.</summary>
internal sealed record RunPolicy
{
    /// <summary>
    /// How many paid jobs one run may buy at most, 1 to 20; 0 for as many as <see cref="TimeoutSeconds"/> leaves time for.
    /// </summary>
    /// <value>3.</value>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>Seconds from the start of the run after which it ends as <c>timed_out</c>; null waits for the last attempt.</summary>
    /// <value>Null.</value>
    public int? TimeoutSeconds { get; init; }

    /// <summary>Seconds before the second attempt; doubled for each further one, with up to 25 % of jitter.</summary>
    /// <value>2 seconds.</value>
    public double BackoffSeconds { get; init; } = 2;

    /// <summary>The longest pause between two attempts, in seconds.</summary>
    /// <value>60 seconds.</value>
    public double MaxBackoffSeconds { get; init; } = 60;

    /// <summary>
    /// The failure classes that are worth another attempt: <c>rejected</c>, <c>horde_failed</c>, <c>failed</c>, <c>lost</c>, <c>stuck</c>.
    /// </summary>
    /// <value>All but <c>failed</c>: a job that failed by its own doing would fail again.</value>
    public IReadOnlyList<string> RetryOn { get; init; } =
    [FailureClasses.Rejected, FailureClasses.HordeFailed, FailureClasses.Lost, FailureClasses.Stuck];

    /// <summary>Reasons (protocol 9.3, 9.4) that are retried whatever their class, for example <c>timeout</c>.</summary>
    /// <value>None.</value>
    public IReadOnlyList<string> RetryReasons { get; init; } = [];

    /// <summary>Reasons that are never retried whatever their class.</summary>
    /// <value><c>invalid_signature</c>: the same signer would be refused again.</value>
    public IReadOnlyList<string> NeverRetryReasons { get; init; } = ["invalid_signature"];

    /// <summary>Seconds after the creation within which the validator has to take the job, or it counts as lost (protocol 9.5).</summary>
    /// <value>60 seconds.</value>
    public int LostAfterSeconds { get; init; } = 60;

    /// <summary>Seconds added to the bound of protocol 9.2 before a job that was received counts as stuck.</summary>
    /// <value>0: the bound has a margin of 30 seconds already.</value>
    public int StuckMarginSeconds { get; init; }

    /// <summary>Status to seconds: how long after the validator took the job that status has to be reached at the latest, or the job counts
    /// as stuck.
    /// The names are those of <see cref="Stages"/>; a later status means that the earlier ones were reached.</summary>
    /// <value>None: the bound of protocol 9.2 is the only deadline.</value>
    public IReadOnlyDictionary<string, int> StageDeadlines { get; init; } = new Dictionary<string, int>();

    /// <summary>The statuses that a job runs through once it was taken, in their order (protocol 9.1).</summary>
    public static readonly ImmutableArray<string> Stages =
    [
        "accepted",
        "executor_ready",
        "volumes_ready",
        "streaming_ready",
        "execution_done",
        "completed",
    ];

    /// <summary>
    /// Seconds for which a facilitator that cannot be reached, or refuses, is waited for before an attempt; nothing is paid meanwhile.
    /// </summary>
    /// <value>Null: one that cannot be reached is waited for as long as it takes, one that refuses for 30 minutes.</value>
    public int? CreateTimeoutSeconds { get; init; }

    /// <summary>
    /// Seconds for which room is waited for (busy miners, no executor, no allowance, no validator); nothing is paid meanwhile.
    /// </summary>
    /// <value>1800 seconds.</value>
    public int CapacityTimeoutSeconds { get; init; } = 1800;

    /// <summary>When the run goes to a fallback provider: one of <see cref="FallbackModes"/>.</summary>
    /// <value>Null: what setting <c>Fallback</c> says.</value>
    public string? Fallback { get; init; }

    /// <summary>
    /// The most that one job may cost on fallback, in US dollars, by the bound that is computed before its machine is rented.
    /// </summary>
    /// <value>Null: what setting <c>FallbackMaxUsdPerJob</c> says, which is the most in any case.</value>
    public decimal? FallbackMaxUsd { get; init; }

    internal bool FallsBack(string mode) =>
        Fallback == mode || (Fallback == FallbackModes.AfterAttempts && mode == FallbackModes.OnUnavailable);

    internal IEnumerable<ValidationProblem> Validate()
    {
        foreach (
            var (field, value, least, most) in new (string, double?, double, double)[]
            {
                ("max_attempts", MaxAttempts, 0, 20),
                ("timeout_seconds", TimeoutSeconds, 1, 7 * 86_400),
                ("backoff_seconds", BackoffSeconds, 0, 3600),
                ("max_backoff_seconds", MaxBackoffSeconds, 0, 86_400),
                ("lost_after_seconds", LostAfterSeconds, 1, 86_400),
                ("stuck_margin_seconds", StuckMarginSeconds, 0, 86_400),
                ("create_timeout_seconds", CreateTimeoutSeconds, 0, 7 * 86_400),
                ("capacity_timeout_seconds", CapacityTimeoutSeconds, 0, 7 * 86_400),
                ("fallback_max_usd", (double?)FallbackMaxUsd, 0, 10_000),
            }
        )
        {
            if (value is { } number && !(number >= least && number <= most))
            {
                yield return new ValidationProblem($"policy.{field}", $"must be between {least} and {most}.");
            }
        }

        if (MaxAttempts == 0 && TimeoutSeconds is null)
        {
            yield return new ValidationProblem(
                "policy.max_attempts",
                "may be 0, for any number of attempts, only with policy.timeout_seconds."
            );
        }

        if (Fallback is not null && !FallbackModes.All.Contains(Fallback))
        {
            yield return new ValidationProblem("policy.fallback", $"must be one of {string.Join(", ", FallbackModes.All)}.");
        }

        if (StageDeadlines is null)
        {
            yield return new ValidationProblem("policy.stage_deadlines", "must be an object of seconds by status.");
        }

        foreach (
            var (field, names) in new[]
            {
                ("retry_on", RetryOn),
                ("retry_reasons", RetryReasons),
                ("never_retry_reasons", NeverRetryReasons),
            }
        )
        {
            if (names is null || names.Count > 50 || names.Any(static name => name is null or { Length: 0 or > 100 }))
            {
                yield return new ValidationProblem($"policy.{field}", "must be a list of at most 50 names, each of 1 to 100 characters.");
            }
        }

        foreach (var (stage, seconds) in StageDeadlines ?? new Dictionary<string, int>())
        {
            if (!Stages.Contains(stage))
            {
                yield return new ValidationProblem(
                    "policy.stage_deadlines",
                    $"'{(stage.Length <= 100 ? stage : stage[..100])}' is none of {string.Join(", ", Stages)}."
                );
            }
            else if (seconds is < 1 or > 86_400)
            {
                yield return new ValidationProblem($"policy.stage_deadlines.{stage}", "must be between 1 and 86400.");
            }
        }

        foreach (var name in RetryOn?.Where(static name => name is not null).Except(FailureClasses.Retryable) ?? [])
        {
            yield return new ValidationProblem("policy.retry_on", $"'{name}' is none of {string.Join(", ", FailureClasses.Retryable)}.");
        }
    }
}

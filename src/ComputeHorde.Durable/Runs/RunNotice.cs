namespace ComputeHorde.Durable.Runs;

/// <summary>What is told of a run that has ended; the rest is shown by <c>GET /api/jobs/{id}</c>.</summary>
/// <param name="Status">One of <see cref="RunStatuses"/>.</param>
internal sealed record RunNotice(string Id, string Status)
{
    /// <summary>The job's namespace; null for none.</summary>
    public string? Namespace { get; init; }

    /// <summary>The job whose result counts.</summary>
    public string? JobUuid { get; init; }

    /// <summary>Why the run did not complete.</summary>
    public JobFailure? Failure { get; init; }

    /// <summary>How many jobs may have been paid for.</summary>
    public int PaidAttempts { get; init; }

    /// <summary>Executor seconds over all attempts.</summary>
    public double ExecutorSeconds { get; init; }

    /// <summary>Whether there is a result to fetch.</summary>
    public bool HasResult { get; init; }

    /// <summary>Whether a check follows, and with it <c>run.checked</c>.</summary>
    public bool IsChecked { get; init; }

    public static RunNotice Of(string id, string jobNamespace, RunOutcome outcome) =>
        new(id, outcome.Status)
        {
            Namespace = jobNamespace.Length > 0 ? jobNamespace : null,
            JobUuid = outcome.JobUuid,
            Failure = outcome.Failure,
            PaidAttempts = outcome.PaidAttempts,
            ExecutorSeconds = outcome.ExecutorSeconds,
            HasResult = outcome.Result is not null,
            IsChecked = outcome.IsChecked,
        };
}

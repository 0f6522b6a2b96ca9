using System.Text.Json.Nodes;

namespace ComputeHorde.Sdk.FirstGeneration;

/// <summary>A job of <see cref="FirstGenerationClient"/> with its trusted copy.</summary>
public sealed class FirstGenerationJob
{
    private readonly ComputeHordeClient _client;
    private readonly Func<ComputeHordeJob, ComputeHordeJob, DepositionResult> _comparison;

    internal FirstGenerationJob(
        ComputeHordeClient client,
        ComputeHordeJob job,
        ComputeHordeJob? trusted,
        Func<ComputeHordeJob, ComputeHordeJob, DepositionResult> comparison
    )
    {
        _client = client;
        _comparison = comparison;
        Job = job;
        TrustedJob = trusted;
    }

    /// <summary>The job as it was last seen.</summary>
    public ComputeHordeJob Job { get; private set; }

    /// <summary>The copy on the trusted miner as it was last seen; null without cross-validation.</summary>
    public ComputeHordeJob? TrustedJob { get; private set; }

    /// <summary>True while the job has not ended.</summary>
    public bool IsInProgress => !Job.IsTerminal;

    /// <summary>
    /// The status by its name of then: <c>Sent</c>, <c>Accepted</c> (anything in progress after that), <c>Completed</c>, <c>Rejected</c> or
    /// <c>Failed</c>.
    /// </summary>
    public string Status =>
        Job.Status == JobStatus.Completed ? "Completed"
        : Job.Status == JobStatus.Rejected ? "Rejected"
        : Job.IsTerminal ? "Failed"
        : Job.Status == JobStatus.Sent || Job.Status == JobStatus.Received ? "Sent"
        : "Accepted";

    /// <summary>Standard output; empty until completed.</summary>
    public string Stdout => Job.Result?.Stdout ?? "";

    /// <summary>Looks at the job, and at its copy, once.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A task.</returns>
    public async Task RefreshAsync(CancellationToken cancellationToken = default)
    {
        string[] uuids = TrustedJob is null ? [Job.Uuid] : [Job.Uuid, TrustedJob.Uuid];
        var seen = await _client.GetJobsAsync(uuids, cancellationToken: cancellationToken);
        Job = Seen(seen[Job.Uuid]);
        TrustedJob = TrustedJob is null ? null : Seen(seen[TrustedJob.Uuid]);
    }

    private static ComputeHordeJob Seen(JobLookup look) =>
        look.Job
        ?? throw (
            look.Error ?? new ComputeHordeNotFoundException($"Job {look.Uuid} is unknown, of another hotkey, or older than seven days.")
        );

    /// <summary>Waits until the job has ended; its copy may go on.</summary>
    /// <param name="timeout">Longest wait. Default null: no limit.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The ended job.</returns>
    /// <exception cref="ComputeHordeJobTimeoutException">The job has not ended in time.</exception>
    public async Task<ComputeHordeJob> WaitAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Job = await _client.WaitAsync(Job.Uuid, timeout, cancellationToken: cancellationToken);

    /// <summary>Waits for both jobs and compares them. Reports nothing.</summary>
    /// <param name="timeout">Longest wait for each. Default null: no limit.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The verdict; inconclusive without cross-validation, or when one of the jobs did not complete.</returns>
    /// <exception cref="ComputeHordeJobTimeoutException">A job has not ended in time.</exception>
    public async Task<DepositionResult> CrossValidateAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        if (TrustedJob is null)
        {
            return new(DepositionVerdict.Inconclusive, new JsonObject { ["reason"] = "not cross-validated" });
        }

        var job = await WaitAsync(timeout, cancellationToken);
        TrustedJob = await _client.WaitAsync(TrustedJob.Uuid, timeout, cancellationToken: cancellationToken);
        return job.IsSuccessful && TrustedJob.IsSuccessful
            ? _comparison(job, TrustedJob)
            : new(DepositionVerdict.Inconclusive, new JsonObject { ["reason"] = "not completed" });
    }

    /// <summary>Reports the job as cheated.</summary>
    /// <param name="result">A mismatch from <see cref="CrossValidateAsync"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Whether it was recorded or had been before.</returns>
    /// <exception cref="ComputeHordeException">There is no trusted copy, or the verdict is not a mismatch.</exception>
    public Task<CheatReportOutcome> ReportCheatedAsync(DepositionResult result, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(result);
        return TrustedJob is not null && result.Verdict == DepositionVerdict.Mismatch
            ? _client.ReportCheatedJobAsync(Job.Uuid, TrustedJob.Uuid, result.Details, cancellationToken)
            : throw new ComputeHordeException("Only a mismatch with a trusted copy can be reported.");
    }
}

using ComputeHorde.Sdk;

namespace ComputeHorde.Fallback;

/// <summary>Shows a job on a machine as ComputeHorde shows its own.</summary>
internal static class JobView
{
    /// <param name="record">The job.</param>
    /// <param name="stages">The stages it has reached.</param>
    /// <param name="result">What it gave; null for none.</param>
    /// <param name="output">Its output, for a job that failed.</param>
    public static FallbackJob Of(
        JobRecord record,
        IReadOnlyList<StageTime> stages,
        JobResult? result = null,
        (string Stdout, string Stderr)? output = null
    )
    {
        var history = new List<JobStatusEntry> { new(JobStatus.Sent, record.CreatedAt) };
        if (record.MachineId is not null)
        {
            var rented = record.MachineCreatedAt ?? record.CreatedAt;
            history.AddRange([new JobStatusEntry(JobStatus.Received, rented), new JobStatusEntry(JobStatus.Accepted, rented)]);
        }

        history.AddRange(stages.Select(static stage => new JobStatusEntry(new JobStatus(stage.Stage), stage.At)));
        var error = record.Verdict is { } verdict ? ErrorOf(verdict, output) : null;
        if (record.Verdict is { } end)
        {
            history.Add(new JobStatusEntry(new JobStatus(end.Status), end.At, error));
        }

        var job = new ComputeHordeJob
        {
            Uuid = record.Id,
            Status = history[^1].Status,
            LastStatus = history[^1].Status,
            StatusHistory = Ordered(history),
            CreatedAt = record.CreatedAt,
            LastUpdate = history[^1].CreatedAt,
            Tag = record.Tag,
            ExecutorClass = record.ExecutorClass,
            DockerImage = record.DockerImage,
            JobNamespace = record.JobNamespace,
            ArtifactsDir = record.ArtifactsDir,
            Result = result,
            Error = error,
        };
        return new FallbackJob(job, record.Provider, record.CostBoundUsd, record.Deadline)
        {
            UsdPerHour = record.UsdPerHour,
            CostUsd = record.CostUsd,
            IsReleased = record.ReleasedAt is not null,
        };
    }

    private static JobError? ErrorOf(JobVerdict verdict, (string Stdout, string Stderr)? output)
    {
        var status = new JobStatus(verdict.Status);
        return status == JobStatus.Completed
            ? null
            : new JobError
            {
                Class =
                    status == JobStatus.Failed ? FailureClass.JobFailed
                    : status == JobStatus.Rejected ? FailureClass.Rejected
                    : FailureClass.HordeFailed,
                Reason = verdict.Reason,
                Message = verdict.Message,
                Stage = verdict.Stage,
                ReportedBy = "executor",
                ExitCode = verdict.Reason == "nonzero_return_code" ? verdict.ExitCode : null,
                Stdout = output?.Stdout,
                Stderr = output?.Stderr,
            };
    }

    /// <summary>The clocks of three machines meet here; a history goes forward all the same.</summary>
    private static List<JobStatusEntry> Ordered(List<JobStatusEntry> history)
    {
        for (var index = 1; index < history.Count; index++)
        {
            if (history[index].CreatedAt < history[index - 1].CreatedAt)
            {
                history[index] = history[index] with { CreatedAt = history[index - 1].CreatedAt };
            }
        }

        return history;
    }
}

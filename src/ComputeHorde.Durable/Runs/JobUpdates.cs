using ComputeHorde.Durable.Storage;
using ComputeHorde.Durable.Streaming;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Runs;

/// <summary>Reduces a job to what an orchestrator may know of it: no output, no URL, no more than a few KiB.</summary>
internal static class JobUpdates
{
    public static JobUpdate From(JobSight sight, int attempt) => From(sight.Job, attempt) with { Fallback = sight.Fallback };

    public static JobUpdate From(ComputeHordeJob job, int attempt) =>
        new(
            job.Uuid,
            attempt,
            [.. job.StatusHistory.Select(entry => new StatusChange(HistoryText.Truncate(entry.Status.Value), entry.CreatedAt ?? default))],
            FailureOf(job)
        )
        {
            IsCompleted = job.IsSuccessful,
            IsTurnedAway = job.IsTurnedAway,
            MayStillComplete = job.MayStillComplete,
            Streaming = IsServing(job) ? StreamingEndpoint.Of(job.Streaming) : null,
        };

    private static bool IsServing(ComputeHordeJob job) =>
        !job.IsTerminal && job.StatusHistory.All(static entry => entry.Status != JobStatus.ExecutionDone);

    private static JobFailure? FailureOf(ComputeHordeJob job)
    {
        var failureClass = job.Failure switch
        {
            FailureClass.Rejected => FailureClasses.Rejected,
            FailureClass.HordeFailed => FailureClasses.HordeFailed,
            FailureClass.JobFailed => FailureClasses.Failed,
            _ => null,
        };
        if (failureClass is null)
        {
            return null;
        }

        var error = job.Error;
        return new JobFailure(failureClass, HistoryText.Truncate(error?.Reason), HistoryText.Truncate(error?.Message))
        {
            By = HistoryText.Truncate(error?.ReportedBy),
            Stage = HistoryText.Truncate(error?.Stage),
            ExitStatus = error?.ExitCode,
            CausedByRequest = error is { Class: FailureClass.HordeFailed, IsUserCaused: true },
        };
    }
}

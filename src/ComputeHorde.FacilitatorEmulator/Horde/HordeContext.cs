using ComputeHorde.Emulator.Executor;
using ComputeHorde.Emulator.Storage;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Emulator.Horde;

/// <summary>What all running jobs share.</summary>
internal sealed record HordeContext(
    FacilitatorEmulatorOptions Options,
    FaultBook Faults,
    JobStore Store,
    IJobLog Log,
    TextFile Texts,
    HordeScheduler Scheduler,
    MinerPool Miners,
    VolumeFetcher Volumes,
    OutputUploader Uploads,
    ILogger Logger
)
{
    /// <summary>The facilitator's clock, skew included.</summary>
    public DateTimeOffset Now => Options.TimeProvider.GetUtcNow() + Faults.ClockSkew;

    /// <summary>Adds a status to a job's history and keeps it; a status that the job already has is refused.</summary>
    public async Task ReportAsync(JobRecord job, string status, Python.PyDict metadata)
    {
        var entry = new StatusEntry(status, Texts.Take(metadata), Now);
        if (!job.TryAdd(entry))
        {
            return;
        }

        if (status is Wire.JobStatuses.Completed or Wire.JobStatuses.StreamingReady)
        {
            Store.MoveToEnd(job);
        }

        Logs.StatusReached(Logger, job.Uuid, status);
        await Log.AddStatusAsync(job, entry);
    }
}

using Azure;
using Azure.Storage.Blobs.Models;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Http;
using ComputeHorde.Durable.Outputs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Intake;

/// <summary>
/// Takes in what landed in container <c>jobs</c>: a job, a batch of jobs, or one of both with a schedule. Each version of a blob starts its
/// run once, however often and by whatever way it is noticed.
/// </summary>
internal sealed class SpecificationIntake(
    RunStarter runs,
    IBatchStarter batches,
    IScheduleStarter schedules,
    BlobContainers containers,
    OutputUrls outputs,
    RejectionStore rejections,
    ILogger<SpecificationIntake> logger
)
{
    /// <summary>Starts what a blob specifies, unless that has been done.</summary>
    /// <param name="name">The blob's name in container <c>jobs</c>.</param>
    /// <param name="cancellationToken">Gives up; the blob is taken in later.</param>
    public async Task AcceptAsync(DurableTaskClient durable, string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(durable);
        ArgumentNullException.ThrowIfNull(name);
        BlobDownloadStreamingResult found;
        try
        {
            var container = await containers.GetAsync(ContainerNames.Jobs, cancellationToken);
            found = await container.GetBlobClient(name).DownloadStreamingAsync(cancellationToken: cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            // Most likely deleted before anybody came to it: there is nothing to run. The sweep goes by the container's own list.
            logger.SpecificationGone(name);
            return;
        }

        await using var content = found.Content;
        var id = SpecificationId.Of(ContainerNames.Jobs, name, found.Details.ETag);
        if (await IsKnownAsync(durable, name, found.Details.ETag, cancellationToken))
        {
            // Whoever started it may have died before it took back what was said of an earlier version.
            await rejections.WithdrawAsync(NameOf(name), id, cancellationToken);
            return;
        }

        try
        {
            if (Names.FaultOfBlob(name) is { } fault)
            {
                throw new ComputeHordeValidationException("name", fault);
            }

            await StartAsync(durable, id, NameOf(name), await ReadAsync(found, cancellationToken), cancellationToken);
            await rejections.WithdrawAsync(NameOf(name), id, cancellationToken);
            logger.SpecificationAccepted(name, id);
        }
        catch (ComputeHordeValidationException exception)
        {
            await rejections.SaveAsync(NameOf(name), "The job specification is not valid", exception.Problems, id, cancellationToken);
            logger.SpecificationRejected(name, exception.Problems.Count);
        }
    }

    /// <summary>Whether a version of a blob was taken in before: it has a run, or it was rejected.</summary>
    /// <param name="name">The blob's name in container <c>jobs</c>.</param>
    /// <returns>True when there is nothing left to do.</returns>
    public async Task<bool> IsKnownAsync(DurableTaskClient durable, string name, ETag version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(durable);
        ArgumentNullException.ThrowIfNull(name);
        var id = SpecificationId.Of(ContainerNames.Jobs, name, version);
        return await durable.GetInstanceAsync(id, cancellationToken) is not null
            || await rejections.HasAsync(NameOf(name), id, cancellationToken)
            || await schedules.HasAsync(NameOf(name), id, cancellationToken);
    }

    private static string NameOf(string blob) => blob.EndsWith(".json", StringComparison.Ordinal) ? blob[..^5] : blob;

    private async Task StartAsync(DurableTaskClient durable, string id, string name, BinaryData json, CancellationToken cancellationToken)
    {
        var isSchedule = schedules.IsSchedule(json);
        if (!isSchedule && batches.IsBatch(json))
        {
            Require(id, await batches.StartAsync(durable, id, json, name, cancellationToken));
            return;
        }

        if (json.ToMemory().Length > JobSpecValidation.MaxRequestBytes)
        {
            throw new ComputeHordeValidationException("body", $"must have at most {JobSpecValidation.MaxRequestBytes} bytes.");
        }

        if (isSchedule)
        {
            await schedules.SaveAsync(name, json, id, cancellationToken);
            return;
        }

        var request = JobRequest.Parse(json);
        await PreparedRuns.PrepareAsync(outputs, id, request, cancellationToken);
        Require(id, await runs.StartAsync(durable, id, request, hasPreparedUrls: true, cancellationToken));
    }

    private static void Require(string id, StartedRun? started) =>
        _ = started ?? throw new ComputeHordeValidationException("id", $"'{id}' names something else already.");

    private async Task<BinaryData> ReadAsync(BlobDownloadStreamingResult found, CancellationToken cancellationToken) =>
        found.Details.ContentLength <= batches.MaxBytes
            ? await BinaryData.FromStreamAsync(found.Content, cancellationToken)
            : throw new ComputeHordeValidationException(
                "body",
                $"must have at most {batches.MaxBytes} bytes; give more jobs as JSON Lines (jobs_blob)."
            );
}

using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Storage;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Schedules;

/// <summary>The schedules: container <c>schedules</c>, one document each, changed by whoever read it last.</summary>
internal sealed class ScheduleStore(BlobContainers containers, ILogger<ScheduleStore> logger)
{
    private const string Extension = ".json";

    public async Task<StoredSchedule?> FindAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var blob = await containers.GetBlobAsync(ContainerNames.Schedules, name + Extension, cancellationToken);
            BlobDownloadResult found = await blob.DownloadContentAsync(cancellationToken);
            return new StoredSchedule(name, SnakeCaseJson.Read<ScheduleDocument>(found.Content), found.Details.ETag);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Reads all of them. One that cannot be read is named in the log, and keeps none of the others from running.</summary>
    public async IAsyncEnumerable<StoredSchedule> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var container = await containers.GetAsync(ContainerNames.Schedules, cancellationToken);
        await foreach (var item in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix: null, cancellationToken))
        {
            if (
                item.Name.EndsWith(Extension, StringComparison.Ordinal)
                && await TryFindAsync(item.Name[..^Extension.Length], cancellationToken) is { } schedule
            )
            {
                yield return schedule;
            }
        }
    }

    private async Task<StoredSchedule?> TryFindAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(name, cancellationToken);
        }
        catch (Exception exception)
            when (exception is JsonException or InvalidDataException or ArgumentException or RequestFailedException { Status: 400 or 409 })
        {
            logger.ScheduleUnreadable(name, StorageOutages.FirstLineOf(exception));
            return null;
        }
    }

    /// <summary>Writes a document over the version that was read; null for none.</summary>
    /// <returns>Whether it was written; false when somebody else has changed it since.</returns>
    public async Task<bool> TrySaveAsync(string name, ScheduleDocument document, ETag? version, CancellationToken cancellationToken)
    {
        var blob = await containers.GetBlobAsync(ContainerNames.Schedules, name + Extension, cancellationToken);
        var conditions = version is { } known
            ? new BlobRequestConditions { IfMatch = known }
            : new BlobRequestConditions { IfNoneMatch = ETag.All };
        try
        {
            await blob.UploadAsync(
                BinaryData.FromBytes(SnakeCaseJson.ToUtf8(document)),
                new BlobUploadOptions { Conditions = conditions },
                cancellationToken
            );
            return true;
        }
        catch (RequestFailedException exception) when (exception.Status is 409 or 412)
        {
            return false;
        }
    }
}

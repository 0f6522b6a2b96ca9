using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs.Models;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Schedules;

/// <summary>The schedules: container <c>schedules</c>, one document each, changed by whoever read it last.</summary>
internal sealed class ScheduleStore(BlobContainers containers)
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

    public async IAsyncEnumerable<StoredSchedule> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var container = await containers.GetAsync(ContainerNames.Schedules, cancellationToken);
        await foreach (var item in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix: null, cancellationToken))
        {
            if (
                item.Name.EndsWith(Extension, StringComparison.Ordinal)
                && await FindAsync(item.Name[..^Extension.Length], cancellationToken) is { } schedule
            )
            {
                yield return schedule;
            }
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

using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace ComputeHorde.Durable.Storage;

/// <summary>
/// The jobs that have to be asked about: container <c>inflight</c>, one empty blob a job, all its facts in metadata, so that one listing
/// finds them all. An entry goes when its job has ended or its run has; nothing else hangs on it.
/// </summary>
internal sealed class WatchList(BlobContainers containers, TimeProvider timeProvider)
{
    private const string Uuid = "uuid",
        Seen = "seen",
        Changed = "changed";

    /// <summary>Begins to watch a job, unless it is watched already.</summary>
    public async Task AddAsync(AttemptKey key, string jobUuid, int seen, CancellationToken cancellationToken) =>
        await (await BlobAsync(key.Path, cancellationToken)).TryCreateAsync(BinaryData.Empty, cancellationToken, MetadataOf(jobUuid, seen));

    /// <summary>Notes how many statuses the run of a job has been told of.</summary>
    public async Task SetSeenAsync(WatchedJob job, int seen, CancellationToken cancellationToken)
    {
        try
        {
            await (await BlobAsync(job.Key.Path, cancellationToken)).SetMetadataAsync(
                MetadataOf(job.JobUuid, seen),
                new BlobRequestConditions { IfMatch = job.ETag },
                cancellationToken
            );
        }
        catch (RequestFailedException exception) when (exception.Status is 404 or 412)
        {
            // Settled meanwhile, or noted by another poller: either knows at least as much.
        }
    }

    public async Task RemoveAsync(AttemptKey key, CancellationToken cancellationToken) =>
        await (await BlobAsync(key.Path, cancellationToken)).DeleteIfExistsAsync(
            DeleteSnapshotsOption.None,
            conditions: null,
            cancellationToken
        );

    /// <summary>Lists the watched jobs, in no order.</summary>
    public async IAsyncEnumerable<WatchedJob> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var container = await containers.GetAsync(ContainerNames.InFlight, cancellationToken);
        await foreach (var item in container.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, prefix: null, cancellationToken))
        {
            if (item.Metadata.TryGetValue(Uuid, out var uuid))
            {
                yield return new WatchedJob(
                    AttemptKey.FromPath(item.Name),
                    uuid,
                    int.Parse(item.Metadata[Seen], CultureInfo.InvariantCulture),
                    DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(item.Metadata[Changed], CultureInfo.InvariantCulture)),
                    item.Properties.ETag ?? ETag.All
                );
            }
        }
    }

    private Dictionary<string, string> MetadataOf(string jobUuid, int seen) =>
        new(StringComparer.OrdinalIgnoreCase)
        {
            [Uuid] = jobUuid,
            [Seen] = seen.ToString(CultureInfo.InvariantCulture),
            [Changed] = timeProvider.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
        };

    private async Task<BlobClient> BlobAsync(string path, CancellationToken cancellationToken) =>
        (await containers.GetAsync(ContainerNames.InFlight, cancellationToken)).GetBlobClient(path);
}

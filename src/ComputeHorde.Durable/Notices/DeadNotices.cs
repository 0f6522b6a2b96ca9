using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Notices;

/// <summary>
/// The notices that were given up: container <c>notices</c>, one empty blob each, its facts in metadata, so that one listing finds them
/// all.
/// </summary>
internal sealed class DeadNotices(BlobContainers containers)
{
    private const string Type = "type",
        Problem = "problem";

    public async Task AddAsync(DeadNotice notice, CancellationToken cancellationToken) =>
        await (await BlobAsync(notice.Id, cancellationToken)).UploadAsync(
            BinaryData.Empty,
            new BlobUploadOptions
            {
                Metadata = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    [Type] = notice.Type,
                    [Problem] = Uri.EscapeDataString(notice.Problem ?? ""),
                },
            },
            cancellationToken
        );

    public async Task RemoveAsync(string id, CancellationToken cancellationToken) =>
        await (await BlobAsync(id, cancellationToken)).DeleteIfExistsAsync(DeleteSnapshotsOption.None, conditions: null, cancellationToken);

    /// <summary>Lists a page.</summary>
    /// <returns>The notices by name, and what asks for the next page; null at the end.</returns>
    public async Task<(IReadOnlyList<DeadNotice> Notices, string? Continuation)> ListAsync(
        string? marker,
        int pageSize,
        CancellationToken cancellationToken
    )
    {
        var container = await containers.GetAsync(ContainerNames.Notices, cancellationToken);
        await foreach (
            var page in container
                .GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, prefix: null, cancellationToken)
                .AsPages(marker, pageSize)
        )
        {
            return ([.. page.Values.Select(Read)], ListToken.Of(ContainerNames.Notices, page.ContinuationToken));
        }

        return ([], null);
    }

    private static DeadNotice Read(BlobItem item) =>
        new(
            item.Name,
            item.Metadata.TryGetValue(Type, out var type) ? type : "",
            item.Metadata.TryGetValue(Problem, out var problem) ? Uri.UnescapeDataString(problem) : null
        )
        {
            At = item.Properties.LastModified,
        };

    private ValueTask<BlobClient> BlobAsync(string id, CancellationToken cancellationToken) =>
        containers.GetBlobAsync(ContainerNames.Notices, id, cancellationToken);
}

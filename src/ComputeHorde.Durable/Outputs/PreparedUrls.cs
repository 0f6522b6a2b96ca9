using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Outputs;

/// <summary>
/// The upload URLs that the first attempt of a run was given, kept for whoever placed its specification: container <c>job-urls</c>,
/// private, one blob <c>{run}.json</c>. They are secrets; nothing but this container holds them.
/// </summary>
internal sealed class PreparedUrls(BlobContainers containers, TimeProvider timeProvider)
{
    /// <summary>Keeps the URLs of a run, over earlier ones.</summary>
    public async Task SaveAsync(string run, PreparedUploads uploads, CancellationToken cancellationToken) =>
        await (await BlobAsync(run, cancellationToken)).UploadAsync(
            BinaryData.FromBytes(SnakeCaseJson.ToUtf8(uploads)),
            overwrite: true,
            cancellationToken
        );

    /// <summary>Finds URLs of a run that still live long enough.</summary>
    /// <param name="life">How long they have to work from now on.</param>
    /// <returns>Output path to upload; null when there are none.</returns>
    public async Task<IReadOnlyDictionary<string, SignedUpload>?> FindAsync(string run, TimeSpan life, CancellationToken cancellationToken)
    {
        try
        {
            var stored = await (await BlobAsync(run, cancellationToken)).DownloadContentAsync(cancellationToken);
            var document = JsonSerializer.Deserialize<PreparedUploads>(stored.Value.Content.ToMemory().Span, SnakeCaseJson.Options);
            return document?.ExpiresAt >= timeProvider.GetUtcNow() + life ? document.Uploads : null;
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
    }

    private async Task<BlobClient> BlobAsync(string run, CancellationToken cancellationToken) =>
        await containers.GetBlobAsync(ContainerNames.JobUrls, run + ".json", cancellationToken);
}

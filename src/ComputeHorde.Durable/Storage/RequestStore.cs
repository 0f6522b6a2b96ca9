using System.Security.Cryptography;

namespace ComputeHorde.Durable.Storage;

/// <summary>The claim check of requests: container <c>requests</c>, one write-once blob a run, as the caller sent it.</summary>
internal sealed class RequestStore(BlobContainers containers)
{
    /// <summary>Stores a request. Storing the same bytes again does nothing.</summary>
    /// <returns>The SHA-256 of the request, lower-case hex; null when another request is stored under this id.</returns>
    public async Task<string?> SaveAsync(string id, BinaryData content, CancellationToken cancellationToken)
    {
        var blob = await containers.GetBlobAsync(ContainerNames.Requests, id + ".json", cancellationToken);
        var hash = Hash(content);
        return
            await blob.TryCreateAsync(content, cancellationToken)
            || Hash((await blob.DownloadContentAsync(cancellationToken)).Value.Content) == hash
            ? hash
            : null;
    }

    public async Task<BinaryData> ReadAsync(string id, CancellationToken cancellationToken)
    {
        var blob = await containers.GetBlobAsync(ContainerNames.Requests, id + ".json", cancellationToken);
        return (await blob.DownloadContentAsync(cancellationToken)).Value.Content;
    }

    /// <summary>Reads a request back, and makes sure that it is the one that was accepted.</summary>
    /// <exception cref="InvalidDataException">It was changed since.</exception>
    public async Task<BinaryData> ReadAsync(string id, string sha256, CancellationToken cancellationToken)
    {
        var content = await ReadAsync(id, cancellationToken);
        return Hash(content) == sha256
            ? content
            : throw new InvalidDataException($"The request of run '{id}' was changed after it was accepted.");
    }

    private static string Hash(BinaryData content) => Convert.ToHexStringLower(SHA256.HashData(content.ToMemory().Span));
}

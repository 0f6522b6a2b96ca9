using System.Security.Cryptography;
using ComputeHorde.Durable.Intake;
using Microsoft.Extensions.Caching.Memory;

namespace ComputeHorde.Durable.Storage;

/// <summary>
/// The claim check of requests: container <c>requests</c>, one write-once blob a run. What this process stored or read lately is kept in
/// memory, for each run needs its request several times.
/// </summary>
/// <param name="containers">The storage account.</param>
public sealed class RequestStore(BlobContainers containers) : IDisposable
{
    private const long BytesInMemory = 32 << 20;

    private readonly MemoryCache _recent = new(new MemoryCacheOptions { SizeLimit = BytesInMemory });

    /// <inheritdoc/>
    public void Dispose() => _recent.Dispose();

    /// <summary>Stores a request. Storing the same bytes again does nothing.</summary>
    /// <param name="id">The run.</param>
    /// <param name="content">The request as it was validated.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The SHA-256 of the request, lower-case hex; null when another request is stored under this id.</returns>
    public async Task<string?> SaveAsync(string id, BinaryData content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        var blob = await containers.GetBlobAsync(ContainerNames.Requests, id + ".json", cancellationToken);
        var hash = Hash(content);
        if (!await blob.TryCreateAsync(content, cancellationToken) && Hash((await blob.DownloadContentAsync(cancellationToken)).Value.Content) != hash)
        {
            return null;
        }

        Keep(id, hash, content);
        return hash;
    }

    /// <summary>Reads a request back.</summary>
    /// <param name="id">The run.</param>
    /// <param name="sha256">The hash that <see cref="SaveAsync"/> gave.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The request.</returns>
    /// <exception cref="InvalidDataException">The stored request is not the one that was validated.</exception>
    public async Task<JobRequest> LoadAsync(string id, string sha256, CancellationToken cancellationToken)
    {
        if (!_recent.TryGetValue((id, sha256), out BinaryData? content))
        {
            content = await ReadAsync(id, cancellationToken);
            if (Hash(content) != sha256)
            {
                throw new InvalidDataException($"The request of run '{id}' was changed after it was accepted.");
            }

            Keep(id, sha256, content);
        }

        return JobRequest.Parse(content!);
    }

    /// <summary>Reads a request as it was stored.</summary>
    /// <param name="id">The run.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The request, UTF-8 JSON.</returns>
    public async Task<BinaryData> ReadAsync(string id, CancellationToken cancellationToken)
    {
        var blob = await containers.GetBlobAsync(ContainerNames.Requests, id + ".json", cancellationToken);
        return (await blob.DownloadContentAsync(cancellationToken)).Value.Content;
    }

    private void Keep(string id, string hash, BinaryData content) =>
        _recent.Set((id, hash), content, new MemoryCacheEntryOptions { Size = content.ToMemory().Length });

    private static string Hash(BinaryData content) => Convert.ToHexStringLower(SHA256.HashData(content.ToMemory().Span));
}

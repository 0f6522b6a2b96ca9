using System.Collections.Concurrent;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace ComputeHorde.Durable.Storage;

/// <summary>The blob containers of the storage account, all private, each made at its first use.</summary>
internal sealed class BlobContainers(BlobServiceClient service)
{
    private readonly ConcurrentDictionary<string, BlobContainerClient> _known = new(StringComparer.Ordinal);

    /// <summary>Gives a container, made if it is missing.</summary>
    /// <param name="name">One of <see cref="ContainerNames"/>.</param>
    /// <returns>The container.</returns>
    public async ValueTask<BlobContainerClient> GetAsync(string name, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(name, out var container))
        {
            return container;
        }

        container = service.GetBlobContainerClient(name);
        await container.CreateIfNotExistsAsync(PublicAccessType.None, metadata: null, encryptionScopeOptions: null, cancellationToken);
        return _known.GetOrAdd(name, container);
    }

    /// <summary>Gives a blob, whose container is made if it is missing.</summary>
    /// <param name="container">One of <see cref="ContainerNames"/>.</param>
    /// <param name="name">The blob's name, just as the container lists it.</param>
    /// <returns>The blob, whether it exists or not.</returns>
    /// <exception cref="ArgumentException">No blob can have that name.</exception>
    public async ValueTask<BlobClient> GetBlobAsync(string container, string name, CancellationToken cancellationToken) =>
        Names.Address(await GetAsync(container, cancellationToken), name);
}

using System.Collections.Concurrent;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace ComputeHorde.Durable.Storage;

/// <summary>The blob containers of the storage account, all private, each made at its first use.</summary>
/// <param name="service">The storage account.</param>
public sealed class BlobContainers(BlobServiceClient service)
{
    private readonly ConcurrentDictionary<string, BlobContainerClient> _known = new(StringComparer.Ordinal);

    /// <summary>Gives a container, made if it is missing.</summary>
    /// <param name="name">One of <see cref="ContainerNames"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
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
}

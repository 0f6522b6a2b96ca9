using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Checks;

/// <summary>
/// The secret that decides which jobs are checked: the same job always gets the same number, and nobody without the key can foresee it.
/// Made at random at its first use and kept in the private container <c>sampling</c>.
/// </summary>
internal sealed class SamplingKey(BlobContainers containers)
{
    private byte[]? _key;

    /// <summary>A number from 0 to 1 (exclusive) that belongs to a job.</summary>
    /// <returns>HMAC-SHA256 of the uuid under the key, its first 53 bits as a fraction.</returns>
    public async ValueTask<double> ChanceAsync(string jobUuid, CancellationToken cancellationToken)
    {
        var key = _key ??= await LoadAsync(cancellationToken);
        var hash = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(jobUuid));
        return (BinaryPrimitives.ReadUInt64BigEndian(hash) >> 11) * (1.0 / (1UL << 53));
    }

    private async Task<byte[]> LoadAsync(CancellationToken cancellationToken)
    {
        var blob = (await containers.GetAsync(ContainerNames.Sampling, cancellationToken)).GetBlobClient("key");
        await blob.TryCreateAsync(BinaryData.FromBytes(RandomNumberGenerator.GetBytes(32)), cancellationToken);
        return (await blob.DownloadContentAsync(cancellationToken)).Value.Content.ToArray();
    }
}

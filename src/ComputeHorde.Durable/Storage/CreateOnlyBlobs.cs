using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace ComputeHorde.Durable.Storage;

/// <summary>Blobs that are written once and never again.</summary>
internal static class CreateOnlyBlobs
{
    /// <summary>Uploads a blob unless it exists.</summary>
    /// <returns>False when there is one already, perhaps from an earlier try of this very upload whose answer was lost.</returns>
    public static async Task<bool> TryCreateAsync(
        this BlobClient blob,
        BinaryData content,
        CancellationToken cancellationToken,
        Dictionary<string, string>? metadata = null
    )
    {
        try
        {
            await blob.UploadAsync(
                content,
                new BlobUploadOptions
                {
                    Metadata = metadata,
                    Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
                },
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

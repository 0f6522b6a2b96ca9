using System.Security.Cryptography;
using ComputeHorde.Storage.Local.Http;

namespace ComputeHorde.Storage.Local.Blobs;

/// <summary>Get Blob, Get Blob Properties, Get Blob Metadata.</summary>
internal sealed class BlobReads(BlobContext context)
{
    private const long LargestChecked = 4 << 20;

    public async Task<StorageResponse> GetAsync(StorageRequest request, CancellationToken cancellation)
    {
        var conditions = Conditions.Read(request);
        var (blob, range, content) = context.Store.Read(transaction =>
        {
            var found = BlobContext.NeedBlob(transaction, BlobContext.Container(request), BlobContext.Blob(request));
            conditions.CheckRead(found.ETag, found.Modified);
            var part = ByteRange.Of(request, found.Length);
            return (found, part, new BlobContent(transaction, found, part.Offset, part.Length));
        });
        try
        {
            var response = Describe(new StorageResponse(range.IsPart ? 206 : 200), blob, request)
                .With("x-ms-blob-content-md5", blob.Headers.ContentMd5);
            if (range.IsPart)
            {
                response.With("Content-Range", $"bytes {range.Offset}-{range.Offset + range.Length - 1}/{blob.Length}");
            }
            else
            {
                response.With("Content-MD5", blob.Headers.ContentMd5);
            }

            return IsTrue(request, "x-ms-range-get-content-md5") || IsTrue(request, "x-ms-range-get-content-crc64")
                ? await WithChecksumAsync(response, request, range, content, cancellation)
                : response.WithBody(content, range.Length);
        }
        catch
        {
            await content.DisposeAsync();
            throw;
        }
    }

    public Task<StorageResponse> GetPropertiesAsync(StorageRequest request, CancellationToken cancellation)
    {
        var blob = Find(request);
        return Task.FromResult(
            Describe(new StorageResponse(200), blob, request)
                .With("Content-MD5", blob.Headers.ContentMd5)
                .With("x-ms-access-tier", "Hot")
                .With("x-ms-access-tier-inferred", "true")
                .WithoutBody(blob.Length)
        );
    }

    public Task<StorageResponse> GetMetadataAsync(StorageRequest request, CancellationToken cancellation)
    {
        var blob = Find(request);
        return Task.FromResult(
            new StorageResponse(200)
                .With("ETag", blob.ETag)
                .With("Last-Modified", HttpDate.Format(blob.Modified))
                .WithMetadata(blob.Metadata)
        );
    }

    private BlobRecord Find(StorageRequest request)
    {
        var conditions = Conditions.Read(request);
        var blob = context.Store.Read(transaction =>
            BlobContext.NeedBlob(transaction, BlobContext.Container(request), BlobContext.Blob(request))
        );
        conditions.CheckRead(blob.ETag, blob.Modified);
        return blob;
    }

    private static StorageResponse Describe(StorageResponse response, BlobRecord blob, StorageRequest request)
    {
        response
            .With("ETag", blob.ETag)
            .With("Last-Modified", HttpDate.Format(blob.Modified))
            .With("x-ms-creation-time", HttpDate.Format(blob.Created))
            .With("Accept-Ranges", "bytes")
            .With("x-ms-blob-type", "BlockBlob")
            .With("x-ms-lease-status", "unlocked")
            .With("x-ms-lease-state", "available")
            .With("x-ms-server-encrypted", "true")
            .WithMetadata(blob.Metadata);
        blob.Headers.OverriddenBy(request).AddTo(response);
        if (blob.Copy is { } copy)
        {
            response
                .With("x-ms-copy-id", copy.Id)
                .With("x-ms-copy-source", copy.Source)
                .With("x-ms-copy-status", "success")
                .With("x-ms-copy-progress", $"{blob.Length}/{blob.Length}")
                .With("x-ms-copy-completion-time", HttpDate.Format(copy.Completed));
        }

        return response;
    }

    private static async Task<StorageResponse> WithChecksumAsync(
        StorageResponse response,
        StorageRequest request,
        ByteRange range,
        BlobContent content,
        CancellationToken cancellation
    )
    {
        var wantsMd5 = IsTrue(request, "x-ms-range-get-content-md5");
        if (wantsMd5 && IsTrue(request, "x-ms-range-get-content-crc64"))
        {
            throw Errors.BothChecksums();
        }

        if (!range.IsPart || range.Length > LargestChecked)
        {
            throw Errors.InvalidHeader(wantsMd5 ? "x-ms-range-get-content-md5" : "x-ms-range-get-content-crc64", "true");
        }

        var bytes = new byte[range.Length];
        await content.ReadExactlyAsync(bytes, cancellation);
        await content.DisposeAsync();
        if (wantsMd5)
        {
#pragma warning disable CA5351 // The protocol's checksum, no protection.
            response.With("Content-MD5", Convert.ToBase64String(MD5.HashData(bytes)));
#pragma warning restore CA5351
        }
        else
        {
            var crc = new StorageCrc64();
            crc.Append(bytes);
            response.With("x-ms-content-crc64", crc.ToBase64());
        }

        return response.WithBody(new MemoryStream(bytes, writable: false), bytes.Length);
    }

    private static bool IsTrue(StorageRequest request, string header) =>
        string.Equals(request.Header(header), "true", StringComparison.OrdinalIgnoreCase);
}

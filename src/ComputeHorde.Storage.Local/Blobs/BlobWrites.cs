using ComputeHorde.Storage.Local.Http;
using ComputeHorde.Storage.Local.Stores;

namespace ComputeHorde.Storage.Local.Blobs;

/// <summary>Put Blob, Set Blob Metadata, Set Blob Properties, Delete Blob.</summary>
internal sealed class BlobWrites(BlobContext context)
{
    /// <summary>Bytes that are few go into the database, with the commit that names them: one flush instead of three.</summary>
    private const int LargestInline = 64 << 10;

    private const long LargestBlob = 5000L << 20;

    public async Task<StorageResponse> PutAsync(StorageRequest request, CancellationToken cancellation)
    {
        var (container, name) = (BlobContext.Container(request), BlobContext.Blob(request));
        Names.CheckBlob(name);
        var length = Length(request, LargestBlob);
        var conditions = Conditions.Read(request);
        var metadata = Metadata.Read(request);
        using var checksums = Checksums.Of(request, isWholeBlob: true);
        if (length > LargestInline)
        {
            // Not to take in a large body for nothing; what counts is the same check with the write.
            context.Store.Read(transaction => CheckReplaces(transaction, container, name, conditions, request));
        }

        using var body = await context.Store.StageAsync(checksums.Around(request.Body), length, LargestInline, cancellation);
        var (md5, _) = checksums.Check();
        var blob = await context.Store.WriteAsync(transaction =>
        {
            var earlier = CheckReplaces(transaction, container, name, conditions, request);
            var now = context.Time.GetUtcNow();
            Segment[] segments = length == 0 ? [] : [new Segment(Block: null, transaction.Keep(body), length)];
            var written = new BlobRecord(
                context.ETags.Next(),
                earlier?.Created ?? now,
                now,
                length,
                BlobHeaders.OfWholeBlob(request, md5),
                metadata,
                segments
            );
            Replace(transaction, container, name, earlier, written);
            return written;
        });
        context.News(new BlobWritten(container, name, blob.ETag));
        return Written(201, blob).With("x-ms-request-server-encrypted", "true").With("Content-MD5", md5);
    }

    public async Task<StorageResponse> SetMetadataAsync(StorageRequest request, CancellationToken cancellation)
    {
        var metadata = Metadata.Read(request);
        return (await ChangeAsync(request, blob => blob with { Metadata = metadata })).With("x-ms-request-server-encrypted", "true");
    }

    public Task<StorageResponse> SetPropertiesAsync(StorageRequest request, CancellationToken cancellation) =>
        ChangeAsync(request, blob => blob with { Headers = BlobHeaders.OfProperties(request) });

    public async Task<StorageResponse> DeleteAsync(StorageRequest request, CancellationToken cancellation)
    {
        var (container, name) = (BlobContext.Container(request), BlobContext.Blob(request));
        var conditions = Conditions.Read(request);
        await context.Store.WriteAsync(transaction =>
        {
            var blob = BlobContext.NeedBlob(transaction, container, name);
            conditions.CheckWrite(blob.ETag, blob.Modified);
            transaction.Delete(Tables.Blobs, container, name);
            BlobContext.DropSegments(transaction, blob);
            BlobContext.DropBlocks(transaction, container, name);
            return true;
        });
        return new StorageResponse(202).With("x-ms-delete-type-permanent", "true");
    }

    /// <returns>The blob that is replaced.</returns>
    /// <exception cref="StorageError">There is no such container, or the blob that is there is not to be replaced.</exception>
    public static BlobRecord? CheckReplaces(
        IReadTransaction transaction,
        string container,
        string name,
        Conditions conditions,
        StorageRequest request
    )
    {
        BlobContext.NeedContainer(transaction, container);
        var blob = transaction.Find(Tables.Blobs, container, name);
        conditions.CheckWrite(blob?.ETag, blob?.Modified ?? default);
        if (blob is null)
        {
            return null;
        }

        if (request.CreateOnly)
        {
            throw Errors.UnauthorizedBlobOverwrite();
        }

        return conditions.NeedsNothingThere ? throw Errors.BlobAlreadyExists() : blob;
    }

    /// <summary>Puts a blob in the place of an earlier one. Bytes that both have stay.</summary>
    public static void Replace(IWriteTransaction transaction, string container, string name, BlobRecord? earlier, BlobRecord blob)
    {
        var kept = blob.Segments.Select(static segment => segment.Body).ToHashSet();
        if (earlier is not null)
        {
            BlobContext.DropSegments(transaction, earlier, except: kept);
        }

        BlobContext.DropBlocks(transaction, container, name, except: kept);
        transaction.Put(Tables.Blobs, container, name, blob);
    }

    public static StorageResponse Written(int status, BlobRecord blob) =>
        new StorageResponse(status).With("ETag", blob.ETag).With("Last-Modified", HttpDate.Format(blob.Modified));

    public static long Length(StorageRequest request, long limit) =>
        request.ContentLength switch
        {
            null => throw Errors.MissingLength(),
            var length when length > limit => throw Errors.BodyTooLarge(limit),
            var length => length.Value,
        };

    private async Task<StorageResponse> ChangeAsync(StorageRequest request, Func<BlobRecord, BlobRecord> change)
    {
        var (container, name) = (BlobContext.Container(request), BlobContext.Blob(request));
        var conditions = Conditions.Read(request);
        var changed = await context.Store.WriteAsync(transaction =>
        {
            var blob = BlobContext.NeedBlob(transaction, container, name);
            conditions.CheckWrite(blob.ETag, blob.Modified);
            blob = change(blob) with { ETag = context.ETags.Next(), Modified = context.Time.GetUtcNow() };
            transaction.Put(Tables.Blobs, container, name, blob);
            return blob;
        });
        context.News(new BlobWritten(container, name, changed.ETag));
        return Written(200, changed);
    }
}

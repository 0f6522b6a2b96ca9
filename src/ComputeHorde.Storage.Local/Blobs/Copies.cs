using ComputeHorde.Storage.Local.Authorization;
using ComputeHorde.Storage.Local.Http;
using ComputeHorde.Storage.Local.Stores;

namespace ComputeHorde.Storage.Local.Blobs;

/// <summary>Copy Blob, within this storage: done when it answers.</summary>
internal sealed class Copies(BlobContext context, Authorizer authorizer)
{
    private const int LargestInline = 64 << 10;
    private static readonly Operation ReadSource = new("Get Blob", ResourceLevel.Object, "r", "r", Run: null);

    public async Task<StorageResponse> CopyAsync(StorageRequest request, CancellationToken cancellation)
    {
        var (container, name) = (BlobContext.Container(request), BlobContext.Blob(request));
        Names.CheckBlob(name);
        var conditions = Conditions.Read(request);
        var metadata = Metadata.Read(request);
        var address = request.Header("x-ms-copy-source") ?? throw Errors.MissingHeader("x-ms-copy-source");
        var (source, content) = OpenSource(request, address);
        await using var _ = content;
        using var checksums = Checksums.Of(request, "x-ms-source-content-md5");
        using var body = await context.Store.StageAsync(checksums.Around(content), source.Length, LargestInline, cancellation);
        checksums.Check();
        var copy = new CopyRecord(Guid.NewGuid().ToString(), address.Split('?')[0], context.Time.GetUtcNow());
        var blob = await context.Store.WriteAsync(transaction =>
        {
            var earlier = BlobWrites.CheckReplaces(transaction, container, name, conditions, request);
            Segment[] segments = source.Length == 0 ? [] : [new Segment(Block: null, transaction.Keep(body), source.Length)];
            var written = source with
            {
                ETag = context.ETags.Next(),
                Created = earlier?.Created ?? copy.Completed,
                Modified = copy.Completed,
                Metadata = metadata.Count > 0 ? metadata : source.Metadata,
                Segments = segments,
                Copy = copy,
            };
            BlobWrites.Replace(transaction, container, name, earlier, written);
            return written;
        });
        context.News(new BlobWritten(container, name, blob.ETag));
        return new StorageResponse(202)
            .With("ETag", blob.ETag)
            .With("Last-Modified", HttpDate.Format(blob.Modified))
            .With("x-ms-copy-id", copy.Id)
            .With("x-ms-copy-status", "success")
            .With("Content-MD5", request.Header("x-ms-source-content-md5"));
    }

    /// <summary>
    /// The source is read as its reader: with the signature of its address, or with the account's key that has signed the request.
    /// </summary>
    private (BlobRecord Blob, BlobContent Content) OpenSource(StorageRequest request, string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw Errors.InvalidHeader("x-ms-copy-source", address);
        }

        var source = new StorageRequest
        {
            Kind = StorageKind.Blob,
            Method = "GET",
            RawPath = uri.AbsolutePath,
            RawQuery = uri.Query.TrimStart('?'),
            Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase),
            Body = Stream.Null,
            ContentLength = 0,
            RemoteAddress = request.RemoteAddress,
            IsHttps = request.IsHttps,
        };
        if (source.Account != request.Account)
        {
            throw Errors.NotImplemented("Copy Blob from another account");
        }

        CheckSource(request, source);
        var conditions = SourceConditions(request);
        return context.Store.Read(transaction =>
        {
            var (container, name) = (BlobContext.Container(source), BlobContext.Blob(source));
            var blob = transaction.Find(Tables.Containers, "", container) is null ? null : transaction.Find(Tables.Blobs, container, name);
            if (blob is null)
            {
                throw Errors.CannotVerifyCopySource(404, "The specified blob does not exist.");
            }

            conditions.CheckWrite(blob.ETag, blob.Modified);
            return (blob, new BlobContent(transaction, blob, 0, blob.Length));
        });
    }

    private void CheckSource(StorageRequest request, StorageRequest source)
    {
        if (request.HasAccountKey && source.Parameter("sig") is null)
        {
            return;
        }

        try
        {
            authorizer.Authorize(source, ReadSource);
        }
        catch (StorageError refused)
        {
            throw Errors.CannotVerifyCopySource(refused.Status, refused.Message);
        }
    }

    private static Conditions SourceConditions(StorageRequest request)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in new[] { "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since" })
        {
            if (request.Header($"x-ms-source-{name}") is { } value)
            {
                headers[name] = value;
            }
        }

        return Conditions.Read(
            new StorageRequest
            {
                Kind = StorageKind.Blob,
                Method = "GET",
                RawPath = "",
                RawQuery = "",
                Headers = headers,
                Body = Stream.Null,
                ContentLength = 0,
            }
        );
    }
}

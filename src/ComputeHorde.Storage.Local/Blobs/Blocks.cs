using ComputeHorde.Storage.Local.Http;
using ComputeHorde.Storage.Local.Stores;

namespace ComputeHorde.Storage.Local.Blobs;

/// <summary>Put Block, Put Block List, Get Block List.</summary>
internal sealed class Blocks(BlobContext context)
{
    /// <summary>A blob may have 50,000 blocks, and the inline ones are read at once: they are kept small.</summary>
    private const int LargestInline = 4 << 10;

    private const long LargestBlock = 4000L << 20;
    private const int LargestListBody = 8 << 20;
    private long _order;

    public async Task<StorageResponse> PutAsync(StorageRequest request, CancellationToken cancellation)
    {
        var (container, name) = (BlobContext.Container(request), BlobContext.Blob(request));
        Names.CheckBlob(name);
        var id = BlockId(request);
        var length = BlobWrites.Length(request, LargestBlock);
        if (length == 0)
        {
            throw Errors.InvalidHeader("Content-Length", "0");
        }

        using var checksums = Checksums.Of(request, isWholeBlob: false);
        context.Store.Read(transaction => BlobContext.NeedContainer(transaction, container));
        using var body = await context.Store.StageAsync(checksums.Around(request.Body), length, LargestInline, cancellation);
        var (md5, crc64) = checksums.Check();
        await context.Store.WriteAsync(transaction =>
        {
            BlobContext.NeedContainer(transaction, container);
            CheckLength(transaction, container, name, id);
            var key = BlockRecord.Key(name, id);
            if (transaction.Find(Tables.Blocks, container, key) is { } earlier)
            {
                transaction.Drop(earlier.Body);
            }

            var now = context.Time.GetUtcNow();
            _order = Math.Max(_order + 1, now.UtcTicks);
            transaction.Put(Tables.Blocks, container, key, new BlockRecord(transaction.Keep(body), length, _order, now));
            return true;
        });
        var response = new StorageResponse(201).With("x-ms-request-server-encrypted", "true").With("x-ms-content-crc64", crc64);
        return request.Header("Content-MD5") is null ? response : response.With("Content-MD5", md5);
    }

    public async Task<StorageResponse> PutListAsync(StorageRequest request, CancellationToken cancellation)
    {
        var (container, name) = (BlobContext.Container(request), BlobContext.Blob(request));
        Names.CheckBlob(name);
        var conditions = Conditions.Read(request);
        var metadata = Metadata.Read(request);
        var content = await RequestBody.ReadAsync(request, LargestListBody, cancellation);
        using var checksums = Checksums.Of(request, isWholeBlob: false);
        await checksums.Around(new MemoryStream(content)).CopyToAsync(Stream.Null, cancellation);
        var (md5, crc64) = checksums.Check();
        var list = BlockList.Parse(content);
        var blob = await context.Store.WriteAsync(transaction =>
        {
            var earlier = BlobWrites.CheckReplaces(transaction, container, name, conditions, request);
            var waiting = BlobContext
                .WaitingBlocks(transaction, container, name)
                .Select(row => new Segment(BlockRecord.Parse(row.Key).Block, row.Value.Body, row.Value.Length))
                .ToDictionary(segment => segment.Block!);
            var segments = BlockList.Choose(list, earlier, waiting);
            var now = context.Time.GetUtcNow();
            var written = new BlobRecord(
                context.ETags.Next(),
                earlier?.Created ?? now,
                now,
                segments.Sum(static segment => segment.Length),
                BlobHeaders.OfBlockList(request),
                metadata,
                segments
            );
            BlobWrites.Replace(transaction, container, name, earlier, written);
            return written;
        });
        context.News(new BlobWritten(container, name, blob.ETag));
        return BlobWrites
            .Written(201, blob)
            .With("x-ms-request-server-encrypted", "true")
            .With("Content-MD5", md5)
            .With("x-ms-content-crc64", crc64);
    }

    public Task<StorageResponse> GetListAsync(StorageRequest request, CancellationToken cancellation)
    {
        var (container, name) = (BlobContext.Container(request), BlobContext.Blob(request));
        var kind = request.Parameter("blocklisttype")?.ToLowerInvariant() ?? "committed";
        if (kind is not ("committed" or "uncommitted" or "all"))
        {
            throw Errors.InvalidParameter("blocklisttype", kind, "It is committed, uncommitted or all.");
        }

        var (blob, waiting) = context.Store.Read(transaction =>
        {
            BlobContext.NeedContainer(transaction, container);
            return (transaction.Find(Tables.Blobs, container, name), BlobContext.WaitingBlocks(transaction, container, name).ToList());
        });
        if (blob is null && waiting.Count == 0)
        {
            throw Errors.BlobNotFound();
        }

        using var xml = new XmlBody();
        xml.Writer.WriteStartElement("BlockList");
        if (kind != "uncommitted")
        {
            var committed = blob?.Segments.Where(static segment => segment.Block is not null) ?? [];
            Write(xml, "CommittedBlocks", committed.Select(static segment => (segment.Block!, segment.Length)));
        }

        if (kind != "committed")
        {
            var ordered = waiting.OrderBy(static row => row.Value.Order);
            Write(xml, "UncommittedBlocks", ordered.Select(static row => (BlockRecord.Parse(row.Key).Block, row.Value.Length)));
        }

        xml.Writer.WriteEndElement();
        return Task.FromResult(
            new StorageResponse(200)
                .With("ETag", blob?.ETag)
                .With("Last-Modified", blob is null ? null : HttpDate.Format(blob.Modified))
                .With("x-ms-blob-content-length", (blob?.Length ?? 0).ToString())
                .WithXml(xml.ToBytes())
        );
    }

    private static void Write(XmlBody xml, string element, IEnumerable<(string Id, long Length)> blocks)
    {
        xml.Writer.WriteStartElement(element);
        foreach (var (id, length) in blocks)
        {
            xml.Writer.WriteStartElement("Block");
            xml.Writer.WriteElementString("Name", id);
            xml.Writer.WriteElementString("Size", length.ToString());
            xml.Writer.WriteEndElement();
        }

        xml.Writer.WriteEndElement();
    }

    private static string BlockId(StorageRequest request)
    {
        var id = request.Parameter("blockid") ?? throw Errors.MissingParameter("blockid");
        var bytes = new byte[id.Length];
        if (!Convert.TryFromBase64String(id, bytes, out var length))
        {
            throw Errors.InvalidParameter("blockid", id, "Not a valid base64 string.");
        }

        return length <= 64 ? id : throw Errors.InputOutOfRange();
    }

    /// <summary>All ids of a blob's blocks are of one length.</summary>
    private static void CheckLength(IReadTransaction transaction, string container, string name, string id)
    {
        var other = BlobContext
            .WaitingBlocks(transaction, container, name)
            .Select(static row => BlockRecord.Parse(row.Key).Block)
            .FirstOrDefault();
        if (other is not null && Convert.FromBase64String(other).Length != Convert.FromBase64String(id).Length)
        {
            throw Errors.InvalidBlobOrBlock();
        }
    }
}

namespace ComputeHorde.Storage.Local.Blobs;

/// <summary>A blob. The ETag has its quotation marks; the segments are its bytes, in order, none when it is empty.</summary>
internal sealed record BlobRecord(
    string ETag,
    DateTimeOffset Created,
    DateTimeOffset Modified,
    long Length,
    BlobHeaders Headers,
    Dictionary<string, string> Metadata,
    Segment[] Segments,
    CopyRecord? Copy = null
);

/// <summary>
/// Bytes of a blob, kept by the store under a number. The block is its id in Base64; null for a blob that was written whole.
/// </summary>
internal sealed record Segment(string? Block, long Body, long Length);

internal sealed record CopyRecord(string Id, string Source, DateTimeOffset Completed);

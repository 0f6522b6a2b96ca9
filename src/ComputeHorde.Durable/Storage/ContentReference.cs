namespace ComputeHorde.Durable.Storage;

/// <summary>A blob by reference.</summary>
/// <param name="Blob">Its name inside its container.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Sha256">Its SHA-256, lower-case hex; null where nothing was stored or the content was too large to be read back.</param>
public sealed record ContentReference(string? Blob, long Size, string? Sha256)
{
    /// <summary>Its MD5 as the storage recorded it, base64; null where the storage has none.</summary>
    public string? Md5 { get; init; }

    /// <summary>
    /// The version of an output that was not hashed, as the storage names it: another one is not what the job returned.
    /// </summary>
    public string? ETag { get; init; }
}

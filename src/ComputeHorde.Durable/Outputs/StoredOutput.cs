namespace ComputeHorde.Durable.Outputs;

/// <summary>An output that was uploaded.</summary>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Md5">Its MD5, base64; null where the store has none.</param>
public sealed record StoredOutput(long Size, string? Md5)
{
    /// <summary>The version that was looked at, as <see cref="IOutputStore.OpenAsync"/> takes it; null where the store has none.</summary>
    public string? ETag { get; init; }
}

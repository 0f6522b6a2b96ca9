namespace ComputeHorde.Storage.Local.Blobs;

/// <summary>A block that no list has committed yet. Blocks are listed in the order in which they came.</summary>
internal sealed record BlockRecord(long Body, long Length, long Order, DateTimeOffset Modified)
{
    public static string Key(string blob, string block) => $"{blob}\0{block}";

    /// <summary>The key of a blob's first block, whatever its id.</summary>
    public static string FirstKey(string blob) => $"{blob}\0";

    public static (string Blob, string Block) Parse(string key)
    {
        var zero = key.LastIndexOf('\0');
        return (key[..zero], key[(zero + 1)..]);
    }
}

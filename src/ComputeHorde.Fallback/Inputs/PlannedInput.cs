namespace ComputeHorde.Fallback;

/// <summary>Something that a machine fetches before its job starts.</summary>
/// <param name="Url">From where. A secret: it may be signed.</param>
/// <param name="Path">Where to, below the folder of volumes.</param>
/// <param name="IsArchive">Whether it is a tar archive to unpack into <paramref name="Path"/>.</param>
internal sealed record PlannedInput(string Url, string Path, bool IsArchive)
{
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public override string ToString() => Path;
}

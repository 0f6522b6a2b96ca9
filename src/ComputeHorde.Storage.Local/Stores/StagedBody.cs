namespace ComputeHorde.Storage.Local.Stores;

/// <summary>Bytes taken in and not yet kept.</summary>
internal sealed class StagedBody(long length, byte[]? inline, long file, Action? discard) : IDisposable
{
    private bool _kept;

    public long Length { get; } = length;

    /// <summary>The bytes themselves, when they are few.</summary>
    public byte[]? Inline { get; } = inline;

    /// <summary>The number of the file that holds them, when they are many.</summary>
    public long File { get; } = file;

    public void MarkKept() => _kept = true;

    public void Dispose()
    {
        if (!_kept)
        {
            discard?.Invoke();
        }
    }
}

using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>A content of a result, to be opened.</summary>
/// <param name="Owner">Whose it is, for reasons.</param>
/// <param name="Reference">Its reference in the manifest.</param>
internal readonly record struct ContentHandle(string Owner, IResultContent Result, ContentReference Reference)
{
    public long Size => Reference.Size;

    public Task<Stream> OpenAsync(CancellationToken cancellationToken) => Result.OpenAsync(Reference, cancellationToken);

    /// <exception cref="UnreadableContentException">It is too large for memory.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken) =>
        await Result.ReadAsync(Reference, cancellationToken) ?? throw Unreadable($"is larger than {Result.MaxBytes} bytes");

    public UnreadableContentException Unreadable(string reason) => new($"{Owner} content {reason}");
}

using System.Collections.Concurrent;
using ComputeHorde.Durable.Outputs;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>
/// A result of ours, read from storage. An output may have been uploaded again after it was settled, for as long as its URL lived: what is
/// read has to have the size and the hash that the manifest says, or be the version that it names.
/// </summary>
internal sealed class StoredResult(ResultManifest manifest, ResultStore results, OutputUrls outputs) : IResultContent
{
    private readonly ConcurrentDictionary<ContentReference, bool> _partlyRead = new();

    public ResultManifest Manifest => manifest;

    public long MaxBytes => 64L << 20;

    public long TotalBytes =>
        manifest.Stdout.Size + manifest.Artifacts.Values.Concat(manifest.Outputs.Values).Sum(static content => content.Size);

    public async Task<ReadOnlyMemory<byte>?> ReadAsync(ContentReference content, CancellationToken cancellationToken)
    {
        if (content.Size > MaxBytes)
        {
            return null;
        }

        await using var stream = await OpenAsync(content, cancellationToken);
        var bytes = new byte[content.Size];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        await stream.CopyToAsync(Stream.Null, cancellationToken);
        return bytes;
    }

    public async Task<Stream> OpenAsync(ContentReference content, CancellationToken cancellationToken)
    {
        if (content.Blob is null)
        {
            return Stream.Null;
        }

        _partlyRead[content] = true;
        var stream = await StoredContentException.WrapAsync(
            () =>
                manifest.Outputs.Values.Contains(content)
                    ? outputs.OpenAsync(content, cancellationToken)
                    : results.OpenAsync(content.Blob, cancellationToken),
            cancellationToken
        );
        return new VerifiedStream(stream, content, () => _partlyRead.TryRemove(content, out _));
    }

    /// <summary>
    /// Reads to the end what a comparer has not: a difference near the beginning counts only when the whole content is the one that was
    /// settled.
    /// </summary>
    /// <exception cref="StoredContentException">A content is not what it was.</exception>
    public async Task VerifyAsync(CancellationToken cancellationToken)
    {
        foreach (var content in _partlyRead.Keys)
        {
            await using var stream = await OpenAsync(content, cancellationToken);
            await stream.CopyToAsync(Stream.Null, cancellationToken);
        }
    }
}

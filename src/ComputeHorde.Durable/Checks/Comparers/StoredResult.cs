using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>A result of ours, read from storage: what it holds came from a miner, so nothing larger than the limit is opened.</summary>
internal sealed class StoredResult(ResultManifest manifest, ResultStore results, Outputs.OutputUrls outputs) : IResultContent
{
    public ResultManifest Manifest => manifest;

    public long MaxBytes => 64L << 20;

    public async Task<ReadOnlyMemory<byte>?> ReadAsync(ContentReference content, CancellationToken cancellationToken)
    {
        if (content.Size > MaxBytes)
        {
            return null;
        }

        if (content.Blob is null)
        {
            return ReadOnlyMemory<byte>.Empty;
        }

        await using var stream = manifest.Outputs.Values.Contains(content)
            ? await outputs.OpenAsync(content.Blob, cancellationToken)
            : await results.OpenAsync(content.Blob, cancellationToken);
        var bytes = new byte[content.Size];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }
}

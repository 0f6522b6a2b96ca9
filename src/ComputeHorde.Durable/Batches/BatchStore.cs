using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Batches;

/// <summary>
/// The blobs of a batch. In container <c>requests</c>, below the batch's name: its jobs as they came, the valid ones in chunks of a few,
/// the others by slices. In container <c>results</c>: each chunk's results, then all of them in one blob, and the summary.
/// </summary>
internal sealed class BatchStore(BlobContainers containers)
{
    /// <summary>The blob with one <see cref="BatchResult"/> a line, in container <c>results</c>.</summary>
    /// <returns>Its name.</returns>
    public static string ResultsBlob(string batch) => $"{batch}/results.jsonl";

    /// <summary>
    /// The blob with one line for each of a batch, once all verdicts are known; <see cref="ResultsBlob"/> stays as it was.
    /// </summary>
    public static string CheckedResultsBlob(string batch) => $"{batch}/results-checked.jsonl";

    /// <summary>Stores the jobs of a batch that came without a blob.</summary>
    /// <param name="jobs">The jobs, none with a line break.</param>
    /// <returns>Where they are.</returns>
    public async Task<BatchSource> SaveJobsAsync(string batch, IReadOnlyList<BinaryData> jobs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        var blob = await BlobAsync(ContainerNames.Requests, $"{batch}/jobs.jsonl", cancellationToken);
        using var content = new MemoryStream();
        foreach (var job in jobs)
        {
            content.Write(job.ToMemory().Span);
            content.WriteByte((byte)'\n');
        }

        // Never again: a batch that has begun holds on to this version.
        await blob.TryCreateAsync(new BinaryData(content.GetBuffer().AsMemory(0, (int)content.Length)), cancellationToken);
        return await FindAsync(ContainerNames.Requests, blob.Name, cancellationToken)
            ?? throw new InvalidDataException($"The jobs of batch '{batch}' were deleted while it was accepted.");
    }

    /// <summary>Looks for a blob of jobs or results.</summary>
    /// <returns>The blob in its present version; null when there is none.</returns>
    public async Task<BatchSource?> FindAsync(string container, string name, CancellationToken cancellationToken)
    {
        try
        {
            var properties = await (await BlobAsync(container, name, cancellationToken)).GetPropertiesAsync(
                conditions: null,
                cancellationToken
            );
            return new BatchSource(container, name, properties.Value.ETag.ToString());
        }
        catch (RequestFailedException exception) when (exception.Status is 404 or 400)
        {
            // 400: a name that no blob can have.
            return null;
        }
    }

    /// <summary>Opens a source.</summary>
    /// <param name="offset">Where to begin, in bytes.</param>
    /// <returns>Its bytes.</returns>
    /// <exception cref="RequestFailedException">It is gone (404) or was changed (412).</exception>
    public async Task<Stream> OpenAsync(BatchSource source, long offset, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        var blob = await BlobAsync(source.Container, source.Blob, cancellationToken);
        return await blob.OpenReadAsync(
            new BlobOpenReadOptions(allowModifications: false)
            {
                Position = offset,
                BufferSize = 1 << 20,
                Conditions = new BlobRequestConditions { IfMatch = new ETag(source.ETag) },
            },
            cancellationToken
        );
    }

    /// <summary>Stores a chunk of valid lines.</summary>
    /// <param name="chunk">Its number, counted from 0.</param>
    public Task SaveChunkAsync(string batch, int chunk, IReadOnlyList<BatchLine> lines, CancellationToken cancellationToken) =>
        SaveAsync(ContainerNames.Requests, ChunkBlob(batch, chunk), SnakeCaseJson.ToUtf8(lines), cancellationToken);

    /// <summary>Reads a chunk of valid lines back.</summary>
    /// <returns>The lines.</returns>
    public async Task<IReadOnlyList<BatchLine>> LoadChunkAsync(string batch, int chunk, CancellationToken cancellationToken)
    {
        var stored = await (await BlobAsync(ContainerNames.Requests, ChunkBlob(batch, chunk), cancellationToken)).DownloadContentAsync(
            cancellationToken
        );
        return SnakeCaseJson.Read<List<BatchLine>>(stored.Value.Content);
    }

    /// <summary>Stores the lines of a slice that are not valid.</summary>
    /// <param name="firstLine">The number of the slice's first line.</param>
    public Task SaveInvalidAsync(string batch, int firstLine, IReadOnlyList<BatchResult> lines, CancellationToken cancellationToken) =>
        SaveAsync(ContainerNames.Requests, $"{InvalidPrefix(batch)}{firstLine:D9}.json", SnakeCaseJson.ToUtf8(lines), cancellationToken);

    /// <summary>Reads the lines that are not valid, in their order.</summary>
    /// <returns>The lines.</returns>
    public async IAsyncEnumerable<BatchResult> LoadInvalidAsync(string batch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var container = await containers.GetAsync(ContainerNames.Requests, cancellationToken);
        await foreach (var slice in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, InvalidPrefix(batch), cancellationToken))
        {
            var stored = await container.GetBlobClient(slice.Name).DownloadContentAsync(cancellationToken);
            foreach (var line in SnakeCaseJson.Read<List<BatchResult>>(stored.Value.Content))
            {
                yield return line;
            }
        }
    }

    /// <summary>Stores how the lines of a chunk ended.</summary>
    public Task SaveResultsAsync(string batch, int chunk, IReadOnlyList<BatchResult> results, CancellationToken cancellationToken) =>
        SaveAsync(ContainerNames.Results, ChunkBlob(batch, chunk), SnakeCaseJson.ToUtf8(results), cancellationToken);

    /// <summary>Reads how the lines of a chunk ended.</summary>
    /// <returns>The results; none when the chunk never ran.</returns>
    public async Task<IReadOnlyList<BatchResult>> LoadResultsAsync(string batch, int chunk, CancellationToken cancellationToken)
    {
        try
        {
            var stored = await (await BlobAsync(ContainerNames.Results, ChunkBlob(batch, chunk), cancellationToken)).DownloadContentAsync(
                cancellationToken
            );
            return SnakeCaseJson.Read<List<BatchResult>>(stored.Value.Content);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return [];
        }
    }

    /// <summary>Reads how all lines ended, those that are not valid among them, in the order of their numbers.</summary>
    public async IAsyncEnumerable<BatchResult> LoadAllResultsAsync(
        string batch,
        int chunks,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using var invalid = LoadInvalidAsync(batch, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var hasInvalid = await invalid.MoveNextAsync();
        for (var chunk = 0; chunk < chunks; chunk++)
        {
            var results = (await LoadResultsAsync(batch, chunk, cancellationToken)).ToDictionary(static result => result.Line);
            foreach (var line in await LoadChunkAsync(batch, chunk, cancellationToken))
            {
                for (; hasInvalid && invalid.Current.Line < line.Line; hasInvalid = await invalid.MoveNextAsync())
                {
                    yield return invalid.Current;
                }

                yield return results.GetValueOrDefault(line.Line)
                    ?? new BatchResult(line.Line, LineStatuses.NotStarted) { Run = line.Run.RequestId };
            }
        }

        for (; hasInvalid; hasInvalid = await invalid.MoveNextAsync())
        {
            yield return invalid.Current;
        }
    }

    /// <summary>
    /// Writes all results of a batch into one blob, one a line. A blob that is there is replaced in one moment, when all is sent: it is
    /// whole whoever reads it, and whenever this process dies.
    /// </summary>
    /// <param name="results">The results, in the order of their lines.</param>
    /// <returns>The blob's name.</returns>
    public async Task<string> WriteResultsAsync(string name, IAsyncEnumerable<BatchResult> results, CancellationToken cancellationToken)
    {
        var blob = await BlobAsync(ContainerNames.Results, name, cancellationToken);
        var lines = new Pipe();
        var writing = WriteLinesAsync(results, lines.Writer, cancellationToken);
        await using (var content = lines.Reader.AsStream())
        {
            await blob.UploadAsync(content, new BlobUploadOptions { TransferOptions = ByBlocks }, cancellationToken);
        }

        await writing;
        return blob.Name;
    }

    /// <summary>Enters a batch into the list of all: a task hub of ten thousand runs would be searched for it otherwise.</summary>
    public async Task EnterAsync(string batch, CancellationToken cancellationToken) =>
        await (await BlobAsync(ContainerNames.Requests, ListPrefix + batch, cancellationToken)).TryCreateAsync(
            BinaryData.Empty,
            cancellationToken
        );

    /// <summary>Names the youngest batches.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(int most, CancellationToken cancellationToken)
    {
        var container = await containers.GetAsync(ContainerNames.Requests, cancellationToken);
        var youngest = new PriorityQueue<string, DateTimeOffset>();
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, ListPrefix, cancellationToken))
        {
            youngest.Enqueue(blob.Name[ListPrefix.Length..], blob.Properties.CreatedOn ?? default);
            if (youngest.Count > most)
            {
                youngest.Dequeue();
            }
        }

        return [.. youngest.UnorderedItems.Select(static item => item.Element)];
    }

    /// <summary>Reads the summary of a batch.</summary>
    /// <returns>The summary and its version; nulls when there is none, or none any more.</returns>
    public async Task<(BatchSummary? Summary, ETag? Version)> FindSummaryAsync(string batch, CancellationToken cancellationToken)
    {
        try
        {
            var stored = await (await BlobAsync(ContainerNames.Results, SummaryBlob(batch), cancellationToken)).DownloadContentAsync(
                cancellationToken
            );
            return (SnakeCaseJson.Read<BatchSummary>(stored.Value.Content), stored.Value.Details.ETag);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return (null, null);
        }
    }

    /// <summary>Writes the summary of a batch over the version that was read; null for none.</summary>
    /// <returns>Whether it was written; false when somebody else has written one since.</returns>
    public async Task<bool> TrySaveSummaryAsync(string batch, BatchSummary summary, ETag? version, CancellationToken cancellationToken)
    {
        var conditions = version is { } known
            ? new BlobRequestConditions { IfMatch = known }
            : new BlobRequestConditions { IfNoneMatch = ETag.All };
        try
        {
            var blob = await BlobAsync(ContainerNames.Results, SummaryBlob(batch), cancellationToken);
            await blob.UploadAsync(
                BinaryData.FromBytes(SnakeCaseJson.ToUtf8(summary)),
                new BlobUploadOptions { Conditions = conditions },
                cancellationToken
            );
            return true;
        }
        catch (RequestFailedException exception) when (exception.Status is 409 or 412)
        {
            return false;
        }
    }

    // No caller's name begins so.
    private const string ListPrefix = "~batches/";

    private static readonly StorageTransferOptions ByBlocks = new()
    {
        InitialTransferSize = 4 << 20,
        MaximumTransferSize = 4 << 20,
        MaximumConcurrency = 1,
    };

    private static string SummaryBlob(string batch) => $"{batch}/summary.json";

    private static string ChunkBlob(string batch, int chunk) => $"{batch}/chunks/{chunk:D6}.json";

    private static string InvalidPrefix(string batch) => $"{batch}/invalid/";

    /// <summary>Fails at the reader with what it failed at itself; ends when the reader has gone.</summary>
    private static async Task WriteLinesAsync(IAsyncEnumerable<BatchResult> results, PipeWriter lines, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var result in results.WithCancellation(cancellationToken))
            {
                await JsonSerializer.SerializeAsync(lines, result, SnakeCaseJson.Options, cancellationToken);
                if ((await lines.WriteAsync("\n"u8.ToArray(), cancellationToken)).IsCompleted)
                {
                    return;
                }
            }

            await lines.CompleteAsync();
        }
        catch (Exception exception)
        {
            await lines.CompleteAsync(exception);
        }
    }

    private async Task<BlobClient> BlobAsync(string container, string name, CancellationToken cancellationToken) =>
        await containers.GetBlobAsync(container, name, cancellationToken);

    private async Task SaveAsync(string container, string name, byte[] content, CancellationToken cancellationToken) =>
        await (await BlobAsync(container, name, cancellationToken)).UploadAsync(
            BinaryData.FromBytes(content),
            overwrite: true,
            cancellationToken
        );
}

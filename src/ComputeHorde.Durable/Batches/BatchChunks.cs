using ComputeHorde.Durable.Storage;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Batches;

/// <summary>Reads the lines of a chunk, and stores how they ended.</summary>
internal sealed class BatchChunks(BatchStore batches)
{
    /// <summary>The name of the activity that reads a chunk.</summary>
    public const string Load = "LoadBatchChunk";

    /// <summary>The name of the activity that stores the results of a chunk.</summary>
    public const string Save = "SaveBatchChunk";

    /// <summary>Reads a chunk.</summary>
    /// <returns>Its lines; null when the storage is away.</returns>
    [Function(Load)]
    public Task<BatchLine[]?> LoadAsync([ActivityTrigger] BatchChunk input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        return BatchActivities.OrNotNowAsync<BatchLine[]>(
            async () => [.. await batches.LoadChunkAsync(input.BatchId, input.Chunk, cancellationToken)],
            cancellationToken
        );
    }

    /// <summary>Stores how the lines of a chunk ended. Doing it twice stores the same.</summary>
    /// <returns>Who does not answer; null when all is stored, as it was when nothing was returned.</returns>
    [Function(Save)]
    public async Task<string?> SaveAsync([ActivityTrigger] BatchChunkResults input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        try
        {
            await batches.SaveResultsAsync(input.Chunk.BatchId, input.Chunk.Chunk, input.Results, cancellationToken);
            return null;
        }
        catch (Exception exception) when (StorageOutages.MayPass(exception) && !cancellationToken.IsCancellationRequested)
        {
            return HistoryText.Truncate(exception.Message);
        }
    }
}

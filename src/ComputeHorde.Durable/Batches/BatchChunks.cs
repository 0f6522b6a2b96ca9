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
    /// <returns>Its lines.</returns>
    [Function(Load)]
    public async Task<BatchLine[]> LoadAsync([ActivityTrigger] BatchChunk input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        return [.. await batches.LoadChunkAsync(input.BatchId, input.Chunk, cancellationToken)];
    }

    /// <summary>Stores how the lines of a chunk ended. Doing it twice stores the same.</summary>
    [Function(Save)]
    public Task SaveAsync([ActivityTrigger] BatchChunkResults input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        return batches.SaveResultsAsync(input.Chunk.BatchId, input.Chunk.Chunk, input.Results, cancellationToken);
    }
}

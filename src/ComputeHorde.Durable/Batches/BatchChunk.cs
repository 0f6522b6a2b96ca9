namespace ComputeHorde.Durable.Batches;

/// <summary>A few lines of a batch.</summary>
/// <param name="Chunk">The number of the chunk, counted from 0.</param>
internal sealed record BatchChunk(string BatchId, int Chunk);

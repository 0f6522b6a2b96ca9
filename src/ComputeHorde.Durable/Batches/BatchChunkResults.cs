namespace ComputeHorde.Durable.Batches;

/// <summary>How the lines of a chunk ended.</summary>
/// <param name="Results">The results of the lines that were begun.</param>
internal sealed record BatchChunkResults(BatchChunk Chunk, IReadOnlyList<BatchResult> Results);

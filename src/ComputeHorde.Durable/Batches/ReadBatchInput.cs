namespace ComputeHorde.Durable.Batches;

/// <summary>The slice to read.</summary>
/// <param name="Source">Where its jobs are.</param>
/// <param name="From">What was read before.</param>
/// <param name="Specification">The specification that the batch came by, <see cref="BatchInput.Specification"/>; null if it came another
/// way.</param>
internal sealed record ReadBatchInput(string BatchId, BatchSource Source, BatchContents From, string? Specification);

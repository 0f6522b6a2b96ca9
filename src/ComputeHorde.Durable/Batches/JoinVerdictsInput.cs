namespace ComputeHorde.Durable.Batches;

/// <summary>The batch whose verdicts are joined.</summary>
/// <param name="Batch">The batch, as it ended.</param>
/// <param name="IsLast">Whether nobody will ask again, whatever is pending.</param>
internal sealed record JoinVerdictsInput(SummariseBatchInput Batch, bool IsLast);

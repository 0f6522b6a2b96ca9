namespace ComputeHorde.Durable.Batches;

/// <summary>The checks of a batch that have not ended.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="SomeRuns">The runs of some of them.</param>
internal sealed record PendingVerdicts(int Count, IReadOnlyList<string> SomeRuns);

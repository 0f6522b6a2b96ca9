namespace ComputeHorde.Durable.Runs;

/// <summary>How long a run has been turned away for want of room. Nothing was paid meanwhile.</summary>
/// <param name="Since">When it was turned away first, UTC.</param>
/// <param name="Count">How often it was turned away.</param>
internal sealed record CapacityWait(DateTimeOffset Since, int Count);

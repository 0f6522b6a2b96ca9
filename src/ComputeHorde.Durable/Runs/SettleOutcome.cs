using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Runs;

/// <summary>What was settled.</summary>
/// <param name="Result">The stored result; null when there is none.</param>
/// <param name="Problem">Why the job does not count as completed after all; null when the run is settled.</param>
public sealed record SettleOutcome(ResultReference? Result, JobFailure? Problem);

namespace ComputeHorde.Durable.Intake;

/// <summary>How far a batch is.</summary>
internal sealed record StartedBatch(string Status, bool HasEnded);

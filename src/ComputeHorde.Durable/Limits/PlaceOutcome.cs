namespace ComputeHorde.Durable.Limits;

/// <summary>Whether a run has its place.</summary>
/// <param name="IsHeld">It has; else it is in the queue.</param>
/// <param name="Problem">Who does not answer; null when the question was answered.</param>
internal sealed record PlaceOutcome(bool IsHeld, string? Problem);

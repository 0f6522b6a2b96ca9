namespace ComputeHorde.Durable.Limits;

/// <summary>A run in the queue for a place.</summary>
/// <param name="Place">What it asked for.</param>
/// <param name="Since">When it asked first.</param>
internal sealed record WaitingRun(string Run, PlaceRequest Place, DateTimeOffset Since);

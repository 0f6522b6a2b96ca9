namespace ComputeHorde.Durable.Batches;

/// <summary>How far a lane is.</summary>
/// <param name="Done">Lines that have ended.</param>
/// <param name="Completed">Those of them that completed.</param>
internal sealed record LaneProgress(int Lane, int Done, int Completed);

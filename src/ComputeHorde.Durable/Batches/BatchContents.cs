namespace ComputeHorde.Durable.Batches;

/// <summary>What was read of a source so far.</summary>
/// <param name="Offset">Where to go on, in bytes.</param>
/// <param name="Line">The number of the last line that was read, counted from 1; 0 before the first.</param>
/// <param name="Chunks">How many chunks of valid lines were stored.</param>
/// <param name="Valid">How many lines are valid.</param>
/// <param name="Invalid">How many are not.</param>
internal sealed record BatchContents(long Offset = 0, int Line = 0, int Chunks = 0, int Valid = 0, int Invalid = 0)
{
    /// <summary>Whether the end was reached.</summary>
    public bool IsComplete { get; init; }

    /// <summary>Why reading cannot go on; null when it can.</summary>
    public string? Problem { get; init; }
}

namespace ComputeHorde.Durable.Batches;

/// <summary>The custom status of a batch: how far it is.</summary>
/// <param name="Phase"><c>reading</c>, <c>running</c> or <c>summarising</c>.</param>
/// <param name="Valid">Valid lines read so far.</param>
/// <param name="Invalid">Lines read so far that are not valid.</param>
internal sealed record BatchProgress(string Phase, int Valid, int Invalid)
{
    /// <summary>Lines that have ended, well or not.</summary>
    public int Done { get; init; }

    /// <summary>Those of them that completed.</summary>
    public int Completed { get; init; }

    /// <summary>Whether no further line is begun until the batch is resumed. Jobs under way go on.</summary>
    public bool Paused { get; init; }
}

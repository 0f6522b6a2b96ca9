namespace ComputeHorde.Durable.Batches;

/// <summary>The input of <see cref="RunBatchLane"/>.</summary>
/// <param name="Lane">The lane's number, counted from 0.</param>
/// <param name="Lanes">How many lanes there are.</param>
/// <param name="Width">How many jobs the lane has under way at once.</param>
/// <param name="Chunks">How many chunks the batch has.</param>
/// <param name="ReportEvery">Every how many lines that ended the batch is told.</param>
internal sealed record LaneInput(string BatchId, int Lane, int Lanes, int Width, int Chunks, int ReportEvery)
{
    /// <summary>The chunk that is next.</summary>
    public int Chunk { get; init; }

    /// <summary>Lines that ended in the chunks before.</summary>
    public int Done { get; init; }

    /// <summary>Those of them that completed.</summary>
    public int Completed { get; init; }

    /// <summary>What the lane was told last.</summary>
    public string Order { get; init; } = BatchOrders.Resume;
}

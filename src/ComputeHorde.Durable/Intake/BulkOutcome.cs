namespace ComputeHorde.Durable.Intake;

/// <summary>What one call has done, or would do, with many runs.</summary>
/// <param name="DryRun">Whether nothing was done.</param>
/// <param name="Runs">The runs that were found.</param>
/// <param name="Continuation">Asks for the next runs; null at the end. There may be more runs even when none was found.</param>
internal sealed record BulkOutcome(bool DryRun, IReadOnlyList<BulkRun> Runs, string? Continuation);

/// <summary>One of many runs.</summary>
/// <param name="Status">What it was when it was found.</param>
internal sealed record BulkRun(string Id, string Status)
{
    /// <summary>The new run that repeats it; null when there is none.</summary>
    public string? Rerun { get; init; }

    /// <summary>Why nothing could be done; null when it was.</summary>
    public string? Problem { get; init; }
}

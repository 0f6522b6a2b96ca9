namespace ComputeHorde.Durable.Batches;

/// <summary>Where the jobs of a batch are: a JSON Lines blob in one version.</summary>
/// <param name="ETag">The version that was accepted.</param>
internal sealed record BatchSource(string Container, string Blob, string ETag)
{
    /// <summary>The batch whose result lines the blob holds, when its failed lines are to run again; null for jobs.</summary>
    public string? RerunOf { get; init; }
}

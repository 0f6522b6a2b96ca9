namespace ComputeHorde.Durable.Streaming;

/// <summary>What has to be known of a run to hand out its key.</summary>
/// <param name="Status">Its status, as it is shown.</param>
/// <param name="IsStreaming">Whether its job serves HTTP at all.</param>
/// <param name="HasEnded">Whether it has ended, and its keys are forgotten.</param>
internal sealed record StreamingRun(string Status, bool IsStreaming, bool HasEnded)
{
    public string? JobUuid { get; init; }

    public string? JobStatus { get; init; }

    /// <summary>The attempt that bought the job.</summary>
    public int Attempt { get; init; }

    /// <summary>Where the job serves; null while it does not.</summary>
    public StreamingEndpoint? Server { get; init; }
}

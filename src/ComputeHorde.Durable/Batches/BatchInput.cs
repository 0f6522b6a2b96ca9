using ComputeHorde.Durable.Notices;

namespace ComputeHorde.Durable.Batches;

/// <summary>The input of <see cref="RunBatch"/>.</summary>
/// <param name="Source">Where the jobs are.</param>
/// <param name="MaxParallel">How many jobs are under way at once.</param>
/// <param name="Strict">Whether one job that is not valid keeps all others from running.</param>
internal sealed record BatchInput(BatchSource Source, int MaxParallel, bool Strict)
{
    /// <summary>The name of the specification that landed in container <c>jobs</c>, if it came that way: the upload URLs of the first
    /// attempts are minted beforehand then, for container <c>job-urls</c>, and lines that are not valid are written beside it; null if
    /// not.</summary>
    public string? Specification { get; init; }

    /// <summary>Who is told how the batch ends; null for nobody.</summary>
    public WebhookReference? Webhook { get; init; }

    /// <summary>What was read; null until the whole source has been.</summary>
    public BatchContents? Contents { get; init; }
}

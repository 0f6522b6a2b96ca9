using ComputeHorde.Durable.Notices;

namespace ComputeHorde.Durable.Batches;

/// <summary>The batch to summarise.</summary>
/// <param name="Status">One of <see cref="BatchStatuses"/>.</param>
/// <param name="Contents">What was read of it.</param>
internal sealed record SummariseBatchInput(string BatchId, string Status, BatchContents Contents)
{
    /// <summary>Who is told of the verdicts; null for nobody.</summary>
    public WebhookReference? Webhook { get; init; }
}

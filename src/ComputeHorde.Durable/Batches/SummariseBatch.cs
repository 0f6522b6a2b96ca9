using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Batches;

/// <summary>
/// Puts the results of all chunks and the lines that are not valid into one blob, in the order of their numbers, and counts them.
/// </summary>
internal sealed class SummariseBatch(BatchStore batches)
{
    /// <summary>
    /// Writes the result blob and the summary. Done again, it leaves a summary as it is: verdicts may have been joined to it since.
    /// </summary>
    /// <returns>The summary; null when the storage is away.</returns>
    [Function(nameof(SummariseBatch))]
    public Task<BatchSummary?> RunAsync([ActivityTrigger] SummariseBatchInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        return BatchActivities.OrNotNowAsync(() => SummariseAsync(input, cancellationToken), cancellationToken);
    }

    private async Task<BatchSummary> SummariseAsync(SummariseBatchInput input, CancellationToken cancellationToken)
    {
        var count = new BatchCount();
        var blob = await batches.WriteResultsAsync(
            BatchStore.ResultsBlob(input.BatchId),
            count.Through(batches.LoadAllResultsAsync(input.BatchId, input.Contents.Chunks, cancellationToken)),
            cancellationToken
        );
        var summary = count.Summary(input) with { ResultsBlob = blob };
        await batches.TrySaveSummaryAsync(input.BatchId, summary, version: null, cancellationToken);
        return summary;
    }
}

using System.Runtime.CompilerServices;
using ComputeHorde.Durable.Checks;
using ComputeHorde.Durable.Storage;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Batches;

/// <summary>Joins the verdicts that checks have left beside the results of their runs to the lines and the summary of a batch.</summary>
internal sealed class JoinVerdicts(BatchStore batches, ResultStore results)
{
    private const int ReadsAtOnce = 16,
        MostRuns = 100;

    /// <summary>
    /// The summary is written each time, the lines when none of them is pending any more: a rerun reads them as they were.
    /// </summary>
    /// <returns>What is pending still; null when the storage is away.</returns>
    [Function(nameof(JoinVerdicts))]
    public Task<PendingVerdicts?> RunAsync([ActivityTrigger] JoinVerdictsInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        return BatchActivities.OrNotNowAsync(() => JoinAllAsync(input, cancellationToken), cancellationToken);
    }

    private async Task<PendingVerdicts> JoinAllAsync(JoinVerdictsInput input, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (known, version) = await batches.FindSummaryAsync(input.Batch.BatchId, cancellationToken);
            if (known is { ResultsBlob: { } whole } && whole == BatchStore.CheckedResultsBlob(input.Batch.BatchId))
            {
                // It was joined to its end: an execution that comes late must not take that back.
                return new PendingVerdicts(known.Verdicts.GetValueOrDefault(Verdicts.Pending), []);
            }

            var (summary, pending) = await JoinAsync(input, cancellationToken);
            if (await batches.TrySaveSummaryAsync(input.Batch.BatchId, summary, version, cancellationToken))
            {
                return pending;
            }
        }
    }

    private async Task<(BatchSummary Summary, PendingVerdicts Pending)> JoinAsync(
        JoinVerdictsInput input,
        CancellationToken cancellationToken
    )
    {
        var count = new BatchCount();
        var pending = new List<string>();
        await foreach (var line in count.Through(LinesAsync(input.Batch, cancellationToken)).WithCancellation(cancellationToken))
        {
            if (line is { Verdict: Verdicts.Pending, Run: { } run })
            {
                pending.Add(run);
            }
        }

        var isWhole = pending.Count == 0 || input.IsLast;
        var blob = isWhole
            ? await batches.WriteResultsAsync(
                BatchStore.CheckedResultsBlob(input.Batch.BatchId),
                LinesAsync(input.Batch, cancellationToken),
                cancellationToken
            )
            : BatchStore.ResultsBlob(input.Batch.BatchId);
        return (count.Summary(input.Batch) with { ResultsBlob = blob }, new PendingVerdicts(pending.Count, [.. pending.Take(MostRuns)]));
    }

    private async IAsyncEnumerable<BatchResult> LinesAsync(
        SummariseBatchInput batch,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (
            var lines in batches
                .LoadAllResultsAsync(batch.BatchId, batch.Contents.Chunks, cancellationToken)
                .Chunk(ReadsAtOnce)
                .WithCancellation(cancellationToken)
        )
        {
            foreach (var line in await Task.WhenAll(lines.Select(line => JoinAsync(line, cancellationToken))))
            {
                yield return line;
            }
        }
    }

    private async Task<BatchResult> JoinAsync(BatchResult line, CancellationToken cancellationToken) =>
        line is { Verdict: Verdicts.Pending, Run: { } run } && await results.FindVerdictAsync(run, cancellationToken) is { } found
            ? line with
            {
                Verdict = SnakeCaseJson.Read<CheckOutcome>(found).Verdict,
            }
            : line;
}

using System.Runtime.CompilerServices;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Batches;

/// <summary>Puts the results of all chunks and the lines that are not valid into one blob, in the order of their numbers, and counts them.</summary>
/// <param name="batches">The blobs of batches.</param>
internal sealed class SummariseBatch(BatchStore batches)
{
    /// <summary>Writes the result blob and the summary. Doing it twice writes the same.</summary>
    /// <param name="input">The batch and how it ended.</param>
    /// <param name="cancellationToken">Ends the activity when the host stops; it runs again later.</param>
    /// <returns>The summary.</returns>
    [Function(nameof(SummariseBatch))]
    public async Task<BatchSummary> RunAsync([ActivityTrigger] SummariseBatchInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        var count = new Count();
        var blob = await batches.WriteResultsAsync(input.BatchId, count.Through(AllAsync(input, cancellationToken)), cancellationToken);
        var summary = count.Summary(input) with { ResultsBlob = blob };
        await batches.SaveSummaryAsync(input.BatchId, summary, cancellationToken);
        return summary;
    }

    private async IAsyncEnumerable<BatchResult> AllAsync(SummariseBatchInput input, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var invalid = batches.LoadInvalidAsync(input.BatchId, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var hasInvalid = await invalid.MoveNextAsync();
        for (var chunk = 0; chunk < input.Contents.Chunks; chunk++)
        {
            var results = (await batches.LoadResultsAsync(input.BatchId, chunk, cancellationToken)).ToDictionary(static result => result.Line);
            foreach (var line in await batches.LoadChunkAsync(input.BatchId, chunk, cancellationToken))
            {
                for (; hasInvalid && invalid.Current.Line < line.Line; hasInvalid = await invalid.MoveNextAsync())
                {
                    yield return invalid.Current;
                }

                yield return results.GetValueOrDefault(line.Line) ?? new BatchResult(line.Line, LineStatuses.NotStarted) { Run = line.Run.RequestId };
            }
        }

        for (; hasInvalid; hasInvalid = await invalid.MoveNextAsync())
        {
            yield return invalid.Current;
        }
    }

    private sealed class Count
    {
        private readonly SortedDictionary<string, int> _statuses = new(StringComparer.Ordinal), _verdicts = new(StringComparer.Ordinal);
        private int _lines, _attempts;
        private double _seconds;

        public async IAsyncEnumerable<BatchResult> Through(IAsyncEnumerable<BatchResult> results)
        {
            await foreach (var result in results)
            {
                _lines++;
                _attempts += result.Attempts;
                _seconds += result.ExecutorSeconds;
                Add(_statuses, result.Status);
                Add(_verdicts, result.Verdict);
                yield return result;
            }
        }

        public BatchSummary Summary(SummariseBatchInput input) => new(input.Status, _lines)
        {
            LinesByStatus = _statuses,
            Verdicts = _verdicts,
            Attempts = _attempts,
            ExecutorSeconds = _seconds,
            Problem = input.Contents.Problem,
        };

        private static void Add(SortedDictionary<string, int> counts, string? name)
        {
            if (name is not null)
            {
                counts[name] = counts.GetValueOrDefault(name) + 1;
            }
        }
    }
}

namespace ComputeHorde.Durable.Batches;

/// <summary>Counts the lines of a batch as they pass.</summary>
internal sealed class BatchCount
{
    private readonly SortedDictionary<string, int> _statuses = new(StringComparer.Ordinal),
        _verdicts = new(StringComparer.Ordinal);
    private int _lines,
        _attempts;
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

    public BatchSummary Summary(SummariseBatchInput input) =>
        new(input.Status, _lines)
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

namespace ComputeHorde.Durable.Batches;

/// <summary>How a batch ended: its output and its summary blob.</summary>
/// <param name="Status">One of <see cref="BatchStatuses"/>.</param>
/// <param name="Lines">How many lines there are; blank ones do not count.</param>
internal sealed record BatchSummary(string Status, int Lines)
{
    /// <summary>Line status to number of lines; they add up to <see cref="Lines"/>.</summary>
    public IReadOnlyDictionary<string, int> LinesByStatus { get; init; } = new Dictionary<string, int>();

    /// <summary>Verdict to number of lines, for those that were to be cross-validated.</summary>
    public IReadOnlyDictionary<string, int> Verdicts { get; init; } = new Dictionary<string, int>();

    /// <summary>How many jobs were bought.</summary>
    public int Attempts { get; init; }

    /// <summary>Executor seconds over all attempts of all lines.</summary>
    public double ExecutorSeconds { get; init; }

    /// <summary>The blob with one <see cref="BatchResult"/> a line, in container <c>results</c>.</summary>
    public string? ResultsBlob { get; init; }

    /// <summary>Why the batch could not be read to its end.</summary>
    public string? Problem { get; init; }
}

using System.Text.Json.Serialization;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Models;

/// <summary>How one line of a batch ended: one line of the result blob.</summary>
/// <param name="Line">Its number, counted from 1.</param>
/// <param name="Status">One of <see cref="LineStatuses"/>.</param>
public sealed record BatchResult(int Line, string Status)
{
    /// <summary>The run; null when the line is not valid.</summary>
    public string? Run { get; init; }

    /// <summary>The job whose result counts.</summary>
    public string? JobUuid { get; init; }

    /// <summary>How many jobs were bought.</summary>
    public int Attempts { get; init; }

    /// <summary>Executor seconds over all attempts.</summary>
    public double ExecutorSeconds { get; init; }

    /// <summary>The failure class of the last attempt.</summary>
    public string? FailureClass { get; init; }

    /// <summary>The reason of the last failure.</summary>
    public string? Reason { get; init; }

    /// <summary>What cross-validation found; null when it was not asked for.</summary>
    public string? Verdict { get; init; }

    /// <summary>The blob of the result's manifest, in container <c>results</c>.</summary>
    public string? Manifest { get; init; }

    /// <summary>Why the line is not valid.</summary>
    public IReadOnlyList<ValidationProblem>? Problems { get; init; }

    /// <summary>Whether the line may run again.</summary>
    [JsonIgnore]
    public bool IsCompleted => Status == LineStatuses.Completed;
}

/// <summary>The values of <see cref="BatchResult.Status"/>.</summary>
public static class LineStatuses
{
    /// <summary>Its run completed.</summary>
    public const string Completed = RunStatuses.Completed;

    /// <summary>The line is not a valid request; it was not run.</summary>
    public const string Invalid = "invalid";

    /// <summary>The batch ended before its turn came.</summary>
    public const string NotStarted = "not_started";

    /// <summary>The run itself broke, not its job.</summary>
    public const string Broken = "broken";
}

/// <summary>How a batch ended: its output and its summary blob.</summary>
/// <param name="Status">One of <see cref="BatchStatuses"/>.</param>
/// <param name="Lines">How many lines there are; blank ones do not count.</param>
public sealed record BatchSummary(string Status, int Lines)
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

/// <summary>The values of <see cref="BatchSummary.Status"/>.</summary>
public static class BatchStatuses
{
    /// <summary>Every valid line has run, well or not.</summary>
    public const string Completed = "completed";

    /// <summary>The caller cancelled it.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>A line was not valid and the batch was strict: nothing ran.</summary>
    public const string Rejected = "rejected";

    /// <summary>Its source could not be read: nothing ran.</summary>
    public const string Unreadable = "unreadable";
}

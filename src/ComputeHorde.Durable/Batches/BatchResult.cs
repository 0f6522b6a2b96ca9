using System.Text.Json.Serialization;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Batches;

/// <summary>How one line of a batch ended: one line of the result blob.</summary>
/// <param name="Line">Its number, counted from 1.</param>
/// <param name="Status">One of <see cref="LineStatuses"/>.</param>
internal sealed record BatchResult(int Line, string Status)
{
    /// <summary>The run; null when the line is not valid.</summary>
    public string? Run { get; init; }

    /// <summary>The job whose result counts.</summary>
    public string? JobUuid { get; init; }

    /// <summary>How many jobs were bought.</summary>
    public int Attempts { get; init; }

    /// <summary>Executor seconds over all attempts.</summary>
    public double ExecutorSeconds { get; init; }

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

using ComputeHorde.Durable.Checks;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Runs;

/// <summary>How a run ended; the output of <see cref="RunJob"/>. Small: what is big lies in the <c>results</c> container.</summary>
/// <param name="Status"><c>completed</c>, <c>failed</c>, <c>timed_out</c> or <c>cancelled</c>.</param>
/// <param name="Attempts">Every attempt, oldest first.</param>
public sealed record RunOutcome(string Status, IReadOnlyList<AttemptOutcome> Attempts)
{
    /// <summary>The job whose result counts; null when none completed.</summary>
    public string? JobUuid { get; init; }

    /// <summary>The stored result; null when no job ended with one.</summary>
    public ResultReference? Result { get; init; }

    /// <summary>Why the run did not complete; null when it did.</summary>
    public JobFailure? Failure { get; init; }

    /// <summary>What cross-validation found; null when the request did not ask for it or the run did not complete.</summary>
    public CheckOutcome? Validation { get; init; }

    /// <summary>Executor seconds over all attempts: from <c>accepted</c> to the end of each job, as far as seen.</summary>
    public double ExecutorSeconds { get; init; }
}

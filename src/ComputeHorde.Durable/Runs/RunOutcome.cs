using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Runs;

/// <summary>How a run ended; the output of <see cref="RunJob"/>. Small: what is big lies in container <c>results</c>.</summary>
/// <param name="Status">One of <see cref="RunStatuses"/>.</param>
/// <param name="Attempts">The attempts that may have cost something, or could not be bought, oldest first; of very many, the last
/// 20.</param>
internal sealed record RunOutcome(string Status, IReadOnlyList<AttemptOutcome> Attempts)
{
    private const int MostAttempts = 20;

    /// <summary>The job whose result counts; null when none completed.</summary>
    public string? JobUuid { get; init; }

    /// <summary>The stored result; null when no job ended with one.</summary>
    public ResultReference? Result { get; init; }

    /// <summary>Why the run did not complete; null when it did.</summary>
    public JobFailure? Failure { get; init; }

    /// <summary>How many jobs may have been paid for.</summary>
    public int PaidAttempts { get; init; }

    /// <summary>How often the job was turned away for want of room, at no cost.</summary>
    public int TurnedAway { get; init; }

    /// <summary>
    /// Where the job whose result counts was executed when that was on fallback, and for how much; null for ComputeHorde.
    /// </summary>
    public FallbackTerms? Fallback { get; init; }

    /// <summary>Whether a check follows; its verdict is shown beside the run.</summary>
    public bool IsChecked { get; init; }

    /// <summary>Executor seconds over all attempts: from <c>accepted</c> to the end of each job, as far as seen.</summary>
    public double ExecutorSeconds { get; init; }

    public static RunOutcome Of(RunEnd end, IReadOnlyList<Attempt> attempts, ResultReference? result)
    {
        var isCompleted = end == RunEnd.Completed;
        var completed = attempts.FirstOrDefault(static attempt => attempt.IsCompleted && attempt.Failure is null);
        return new RunOutcome(
            RunStatuses.Of(end),
            [
                .. attempts
                    .Where(static attempt => !attempt.IsTurnedAway)
                    .Where(static attempt => attempt.Job is not null || attempt.IsInDoubt || attempt.Failure is not null)
                    .TakeLast(MostAttempts)
                    .Select(static attempt => attempt.Outcome()),
            ]
        )
        {
            JobUuid = completed?.Job?.JobUuid,
            Result = result,
            Fallback = completed?.Job?.Fallback,
            Failure =
                isCompleted ? null
                : attempts is [.., var last] ? last.Failure
                : null,
            PaidAttempts = attempts.Count(static attempt => attempt.IsPaid),
            TurnedAway = attempts.Count(static attempt => attempt.IsTurnedAway),
            ExecutorSeconds = attempts.Sum(static attempt => attempt.ExecutorSeconds),
        };
    }
}

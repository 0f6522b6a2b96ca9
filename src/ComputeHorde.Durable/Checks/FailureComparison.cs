using ComputeHorde.Durable.Runs;

namespace ComputeHorde.Durable.Checks;

/// <summary>
/// Compares a job that failed by its own doing with its trusted copy: a miner can report an exit code at once and save itself the work.
/// </summary>
internal static class FailureComparison
{
    /// <summary>The only reason that a miner makes up alone: time-outs, downloads and uploads fail for others as well.</summary>
    private const string ExitCode = "nonzero_return_code";

    public static CompareOutcome Compare(JobFailure failure, RunOutcome trusted)
    {
        var copy = trusted.Failure;
        if (copy is { Class: FailureClasses.Failed } && copy.Reason == failure.Reason)
        {
            return CompareOutcome.Match($"the trusted copy failed as well: {copy.Reason}");
        }

        if (trusted.Status != RunStatuses.Completed)
        {
            return CompareOutcome.Inconclusive(
                $"the job failed with {failure.Reason}, and the trusted run ended as '{trusted.Status}': {copy?.Message ?? copy?.Reason}"
            );
        }

        return failure.Reason == ExitCode
            ? CompareOutcome.Mismatch($"the job failed with exit code {failure.ExitStatus} and its trusted copy completed")
            : CompareOutcome.Inconclusive(
                $"the job failed with {failure.Reason} and its trusted copy completed, which has honest causes too"
            );
    }
}

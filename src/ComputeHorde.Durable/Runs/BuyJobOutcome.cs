using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Runs;

/// <summary>What became of the creation.</summary>
/// <param name="Update">The job as first seen; null when there is none.</param>
/// <param name="Problem">Why there is none; null when there is one.</param>
/// <param name="IsTransient">Whether waiting can help. Nothing was paid.</param>
public sealed record BuyJobOutcome(JobUpdate? Update, string? Problem, bool IsTransient)
{
    internal static BuyJobOutcome Created(JobUpdate update) => new(update, null, false);

    internal static BuyJobOutcome Later(string problem) => new(null, HistoryText.Truncate(problem), true);

    internal static BuyJobOutcome Never(string problem) => new(null, HistoryText.Truncate(problem), false);
}

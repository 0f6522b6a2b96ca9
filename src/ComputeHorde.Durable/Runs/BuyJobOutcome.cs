using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Runs;

/// <summary>What became of a purchase.</summary>
/// <param name="Status">Whether there is a job.</param>
/// <param name="Update">The job as first seen; null when there is none.</param>
/// <param name="Problem">Why there is none.</param>
internal sealed record BuyJobOutcome(BuyStatus Status, JobUpdate? Update, string? Problem)
{
    /// <summary>The reason of a failure for good.</summary>
    public string Reason { get; init; } = "refused";

    /// <summary>Whether the job may have been bought although none is known: nobody may say then that nothing was paid.</summary>
    public bool IsInDoubt { get; init; }

    /// <summary>
    /// The last request that was sent, when it is known that neither it nor any before it has bought anything; null when none was.
    /// </summary>
    public string? KnownInVain { get; init; }

    public static BuyJobOutcome Bought(JobUpdate update) => new(BuyStatus.Bought, update, null);

    public static BuyJobOutcome Unreachable(string problem) => new(BuyStatus.Unreachable, null, HistoryText.Truncate(problem));

    public static BuyJobOutcome NoValidator(string problem) => new(BuyStatus.NoValidator, null, HistoryText.Truncate(problem));

    public static BuyJobOutcome NoMachine(string reason, string problem) =>
        new(BuyStatus.NoMachine, null, HistoryText.Truncate(problem)) { Reason = reason };

    public static BuyJobOutcome Refused(string problem) => new(BuyStatus.Refused, null, HistoryText.Truncate(problem));

    public static BuyJobOutcome Impossible(string reason, string problem) =>
        new(BuyStatus.Impossible, null, HistoryText.Truncate(problem)) { Reason = reason };
}

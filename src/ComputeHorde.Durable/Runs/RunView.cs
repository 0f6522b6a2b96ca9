using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Runs;

/// <summary>A run as we show it.</summary>
/// <param name="Status"><c>pending</c>, <c>running</c>, <c>suspended</c>, or how it ended: <see cref="RunStatuses"/> or <c>terminated</c>.</param>
/// <param name="CreatedAt">When it was accepted, UTC.</param>
/// <param name="UpdatedAt">When it changed last, UTC.</param>
/// <param name="Progress">What it is doing now, or did last.</param>
/// <param name="Outcome">How it ended; null while it runs.</param>
/// <param name="Error">Why the run itself broke, if it did; not why its job failed.</param>
internal sealed record RunView(
    string Id, string Status, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, RunProgress? Progress, RunOutcome? Outcome, string? Error)
{
    /// <summary>What the request asks for and ComputeHorde will hardly give; null for nothing.</summary>
    public IReadOnlyList<string>? Warnings { get; init; }

    /// <summary>What the check of the run has found, or that it is pending; null when it has none.</summary>
    public object? Check { get; init; }

    /// <summary>Whether its job serves HTTP while it runs.</summary>
    internal bool IsStreaming { get; init; }

    internal static RunView Of(OrchestrationMetadata instance)
    {
        var outcome = instance.RuntimeStatus == OrchestrationRuntimeStatus.Completed ? instance.ReadOutputAs<RunOutcome>() : null;
        return new RunView(
            instance.InstanceId,
            outcome?.Status ?? instance.RuntimeStatus.ToString().ToLowerInvariant(),
            instance.CreatedAt,
            instance.LastUpdatedAt,
            instance.ReadCustomStatusAs<RunProgress>(),
            outcome,
            instance.FailureDetails?.ErrorMessage);
    }
}

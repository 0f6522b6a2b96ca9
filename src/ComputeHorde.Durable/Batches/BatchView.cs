using ComputeHorde.Durable.Notices;
using ComputeHorde.Durable.Storage;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Batches;

/// <summary>A batch as we show it.</summary>
/// <param name="Id">Its name; its runs are called <c>&lt;id&gt;~&lt;line&gt;</c>.</param>
/// <param name="Status"><c>pending</c>, <c>running</c>, <c>paused</c>, or how it ended: <see cref="BatchStatuses"/>.</param>
/// <param name="CreatedAt">When it was accepted, UTC.</param>
/// <param name="UpdatedAt">When it changed last, UTC.</param>
/// <param name="Progress">How far it is.</param>
/// <param name="Summary">How it ended; null while it runs.</param>
/// <param name="Error">Why the batch itself broke, if it did; not why its jobs failed.</param>
internal sealed record BatchView(
    string Id,
    string Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    BatchProgress? Progress,
    BatchSummary? Summary,
    string? Error
)
{
    /// <summary>How far the notices about its end are; null when nobody is told.</summary>
    public IReadOnlyList<NoticeView>? Notices { get; init; }

    /// <summary>Whether nothing follows but, perhaps, verdicts.</summary>
    internal static bool HasEnded(BatchView batch) =>
        batch.Summary is not null || batch.Error is not null || batch.Status is "terminated" or "failed";

    /// <summary>What counts as a change of a batch: all that is shown but the time of the last one.</summary>
    internal static string Fingerprint(BatchView batch) => SnakeCaseJson.ToText(batch with { UpdatedAt = default });

    internal static BatchView Of(OrchestrationMetadata instance)
    {
        var summary = instance.RuntimeStatus == OrchestrationRuntimeStatus.Completed ? instance.ReadOutputAs<BatchSummary>() : null;
        var progress = instance.ReadCustomStatusAs<BatchProgress>();
        var status = instance.IsRunning && progress is { Paused: true } ? "paused" : instance.RuntimeStatus.ToString().ToLowerInvariant();
        return new BatchView(
            instance.InstanceId,
            summary?.Status ?? status,
            instance.CreatedAt,
            instance.LastUpdatedAt,
            progress,
            summary,
            instance.FailureDetails?.ErrorMessage
        );
    }
}

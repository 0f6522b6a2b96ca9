using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Notices;

/// <summary>A notice as we show it, without its address.</summary>
/// <param name="Type">One of <see cref="NoticeTypes"/>.</param>
/// <param name="Status">One of <see cref="NoticeStatuses"/>.</param>
/// <param name="Attempts">How often the receiver was asked.</param>
/// <param name="Problem">Why it was not delivered the last time.</param>
/// <param name="NextAt">When it is tried again, UTC.</param>
/// <param name="UpdatedAt">When it changed last, UTC.</param>
internal sealed record NoticeView(
    string Id,
    string Type,
    string Status,
    int Attempts,
    string? Problem,
    DateTimeOffset? NextAt,
    DateTimeOffset UpdatedAt
)
{
    internal static NoticeView Of(OrchestrationMetadata instance)
    {
        var progress =
            instance.RuntimeStatus == OrchestrationRuntimeStatus.Completed
                ? instance.ReadOutputAs<NoticeProgress>()
                : instance.ReadCustomStatusAs<NoticeProgress>();
        return new NoticeView(
            instance.InstanceId,
            instance.ReadInputAs<NoticeInput>()!.Type,
            progress?.Status is { } status && (status != NoticeStatuses.Pending || !instance.IsCompleted) ? status
                : instance.IsCompleted ? NoticeStatuses.Dead
                : NoticeStatuses.Pending,
            progress?.Attempts ?? 0,
            progress?.Problem ?? instance.FailureDetails?.ErrorMessage,
            progress?.NextAt,
            instance.LastUpdatedAt
        );
    }
}

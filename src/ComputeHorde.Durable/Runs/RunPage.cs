using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Runs;

/// <summary>Some of the runs.</summary>
/// <param name="Jobs">The runs, without their outcomes. There may be fewer than were asked for, even none, before the end.</param>
/// <param name="Continuation">Asks for the next page; null at the end.</param>
internal sealed record RunPage(IReadOnlyList<RunView> Jobs, string? Continuation)
{
    /// <summary>The most runs of one page.</summary>
    public const int MaxSize = 500;

    private static readonly Dictionary<string, OrchestrationRuntimeStatus[]> ByStatus = new(StringComparer.Ordinal)
    {
        ["pending"] = [OrchestrationRuntimeStatus.Pending],
        ["running"] = [OrchestrationRuntimeStatus.Running],
        ["suspended"] = [OrchestrationRuntimeStatus.Suspended],
        ["terminated"] = [OrchestrationRuntimeStatus.Terminated],
        [RunStatuses.Completed] = [OrchestrationRuntimeStatus.Completed],
        [RunStatuses.Cancelled] = [OrchestrationRuntimeStatus.Completed],
        [RunStatuses.TimedOut] = [OrchestrationRuntimeStatus.Completed],

        // The run ended as failed, or broke.
        [RunStatuses.Failed] = [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed],
    };

    /// <summary>The statuses that can be asked for.</summary>
    internal static IReadOnlyCollection<string> Statuses => ByStatus.Keys;

    internal static IReadOnlyList<OrchestrationRuntimeStatus> RuntimeStatuses(string status) => ByStatus[status];
}

using ComputeHorde.Durable.Notices;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Runs;

/// <summary>A run as we show it.</summary>
/// <param name="Status"><c>pending</c>, <c>running</c>, <c>suspended</c>, or how it ended: <see cref="RunStatuses"/> or
/// <c>terminated</c>.</param>
/// <param name="CreatedAt">When it was accepted, UTC.</param>
/// <param name="UpdatedAt">When it changed last, UTC.</param>
/// <param name="Progress">What it is doing now, or did last.</param>
/// <param name="Outcome">How it ended; null while it runs.</param>
/// <param name="Error">Why the run itself broke, if it did; not why its job failed.</param>
internal sealed record RunView(
    string Id,
    string Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    RunProgress? Progress,
    RunOutcome? Outcome,
    string? Error
)
{
    /// <summary>What the request asks for and ComputeHorde will hardly give; null for nothing.</summary>
    public IReadOnlyList<string>? Warnings { get; init; }

    /// <summary>What the check of the run has found, or that it is pending; null when it has none.</summary>
    public object? Check { get; init; }

    /// <summary>The namespace of the job; null for none.</summary>
    public string? Namespace { get; init; }

    /// <summary>The labels of the request; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>The class of the failure that ended the run; null when none did.</summary>
    public string? FailureClass { get; init; }

    /// <summary>Executor seconds over all attempts; null while it runs.</summary>
    public double? ExecutorSeconds { get; init; }

    /// <summary>The run that this one repeats; null for none.</summary>
    public string? RerunOf { get; init; }

    /// <summary>How far the notices about its end are; null when nobody is told.</summary>
    public IReadOnlyList<NoticeView>? Notices { get; init; }

    /// <summary>Whether its job serves HTTP while it runs.</summary>
    internal bool IsStreaming { get; init; }

    /// <summary>The run as a list shows it.</summary>
    internal RunView InList() =>
        this with
        {
            Outcome = null,
            Warnings = null,
            Progress = Progress is null ? null : Progress with { Attempts = null },
        };

    internal static RunView Of(OrchestrationMetadata instance, RunInput? input)
    {
        var outcome = instance.RuntimeStatus == OrchestrationRuntimeStatus.Completed ? instance.ReadOutputAs<RunOutcome>() : null;
        return new RunView(
            instance.InstanceId,
            outcome?.Status ?? instance.RuntimeStatus.ToString().ToLowerInvariant(),
            instance.CreatedAt,
            instance.LastUpdatedAt,
            instance.ReadCustomStatusAs<RunProgress>(),
            outcome,
            instance.FailureDetails?.ErrorMessage
        )
        {
            Namespace = input?.Namespace is { Length: > 0 } name ? name : null,
            Labels = input?.Labels is { Count: > 0 } labels ? labels : null,
            FailureClass = outcome?.Failure?.Class,
            ExecutorSeconds = outcome?.ExecutorSeconds,
            RerunOf = input?.RerunOf,
            IsStreaming = input is { IsStreaming: true },
            Warnings = input?.Warnings is { Count: > 0 } warnings ? warnings : null,
        };
    }
}

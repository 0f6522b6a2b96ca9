using System.Diagnostics;
using Microsoft.DurableTask;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>Which orchestration an execution runs, and the version of what it calls without one.</summary>
internal sealed record ExecutionIdentity(
    string InstanceId,
    string Name,
    string? Version,
    string? Input,
    ParentOrchestrationInstance? Parent,
    string? DefaultVersion = null
)
{
    /// <summary>Where the spans of what it does belong to; default when it is not traced.</summary>
    public ActivityContext Trace { get; init; }
}

using Microsoft.DurableTask;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>Which orchestration an execution runs, and the version of what it calls without one.</summary>
internal sealed record ExecutionIdentity(
    string InstanceId, string Name, string? Version, string? Input, ParentOrchestrationInstance? Parent, string? DefaultVersion = null);

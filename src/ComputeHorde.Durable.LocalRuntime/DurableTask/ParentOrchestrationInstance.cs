namespace Microsoft.DurableTask;

/// <summary>The orchestration instance that started this one.</summary>
/// <param name="Name">The name of its orchestrator.</param>
/// <param name="InstanceId">Its id.</param>
public record ParentOrchestrationInstance(TaskName Name, string InstanceId);

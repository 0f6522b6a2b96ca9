using Microsoft.DurableTask;

namespace ComputeHorde.Durable.LocalRuntime.Engine;

/// <summary>The failures the engine itself reports.</summary>
internal static class Failures
{
    public static TaskFailureDetails OrchestratorNotFound(string name) =>
        new("OrchestratorTaskNotFound", $"No orchestrator task named '{name}' was found.", null, null, null) { IsNonRetriable = true };

    public static TaskFailureDetails ActivityNotFound(string name) =>
        new("ActivityTaskNotFound", $"No activity task named '{name}' was found.", null, null, null) { IsNonRetriable = true };

    public static TaskFailureDetails VersionMismatch(string message) =>
        new("VersionMismatch", message, null, null, null) { IsNonRetriable = true };

    public static TaskFailureDetails InstanceExists(string instanceId) => new(
        typeof(global::DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException).ToString(),
        $"An orchestration instance with the id '{instanceId}' is not finished yet.",
        null,
        null,
        null);

    public static TaskFailureDetails Gone(string instanceId) => new(
        typeof(InvalidOperationException).ToString(), $"The sub-orchestration '{instanceId}' is gone.", null, null, null);

    public static TaskFailureDetails Terminated(string instanceId) => new(
        typeof(InvalidOperationException).ToString(), $"The sub-orchestration '{instanceId}' was terminated.", null, null, null);
}

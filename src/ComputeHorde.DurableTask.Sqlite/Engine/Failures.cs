using Microsoft.DurableTask;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>The failures the engine itself reports.</summary>
internal static class Failures
{
    private const string VersionMismatchType = "VersionMismatch";

    /// <summary>What is said of an orchestrator that has awaited something that is not durable.</summary>
    public const string Strayed = "The orchestrator awaited something that is not durable, such as Task.Delay, Task.Run or an I/O call. "
        + "It must await only what its context gives it.";

    /// <summary>Whether the engine has ended an execution, and not its code, which may do something else in a replay.</summary>
    public static bool IsOfEngine(ExecutionCompleted end) => end.Id == int.MaxValue
        || (end.Failure is { } failure
            && (failure.ErrorType == VersionMismatchType
                || failure.ErrorType == typeof(NonDeterministicOrchestrationException).ToString()
                || failure.ErrorMessage == Strayed));

    public static TaskFailureDetails OrchestratorNotFound(string name) =>
        new("OrchestratorTaskNotFound", $"No orchestrator task named '{name}' was found.", null, null, null) { IsNonRetriable = true };

    public static TaskFailureDetails ActivityNotFound(string name) =>
        new("ActivityTaskNotFound", $"No activity task named '{name}' was found.", null, null, null) { IsNonRetriable = true };

    public static TaskFailureDetails VersionMismatch(string message) =>
        new(VersionMismatchType, message, null, null, null) { IsNonRetriable = true };

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

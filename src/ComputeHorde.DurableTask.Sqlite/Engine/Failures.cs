using Microsoft.DurableTask;
using Microsoft.DurableTask.Worker;
using CoreException = DurableTask.Core.Exceptions.OrchestrationException;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>The failures the engine itself reports.</summary>
internal static class Failures
{
    private const string VersionMismatchType = "VersionMismatch";

    /// <summary>What is said of an orchestrator that has awaited something that is not durable.</summary>
    public const string Strayed =
        "The orchestrator awaited something that is not durable, such as Task.Delay, Task.Run or an I/O call. "
        + "It must await only what its context gives it.";

    /// <summary>Whether the engine has ended an execution, and not its code, which may do something else in a replay.</summary>
    public static bool IsOfEngine(ExecutionCompleted end) =>
        end.Id == int.MaxValue
        || (
            end.Failure is { } failure
            && (
                failure.ErrorType == VersionMismatchType
                || failure.ErrorType == typeof(NonDeterministicOrchestrationException).ToString()
                || failure.ErrorMessage == Strayed
            )
        );

    public static FailureDetails OrchestratorNotFound(string name) =>
        new("OrchestratorTaskNotFound", $"No orchestrator task named '{name}' was found.", null, null, isNonRetriable: true);

    public static FailureDetails ActivityNotFound(string name) =>
        new("ActivityTaskNotFound", $"No activity task named '{name}' was found.", null, null, isNonRetriable: true);

    public static FailureDetails VersionMismatch(string message) => new(VersionMismatchType, message, null, null, isNonRetriable: true);

    public static FailureDetails InstanceExists(string instanceId) =>
        new(
            typeof(global::DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException).ToString(),
            $"An orchestration instance with the id '{instanceId}' is not finished yet.",
            null,
            null,
            isNonRetriable: false
        );

    public static FailureDetails Gone(string instanceId) =>
        new(
            typeof(InvalidOperationException).ToString(),
            $"The sub-orchestration '{instanceId}' is gone.",
            null,
            null,
            isNonRetriable: false
        );

    public static FailureDetails Terminated(string instanceId) =>
        new(
            typeof(InvalidOperationException).ToString(),
            $"The sub-orchestration '{instanceId}' was terminated.",
            null,
            null,
            isNonRetriable: false
        );

    /// <summary>The failure that an exception of user code stands for.</summary>
    public static FailureDetails FromException(Exception exception, IExceptionPropertiesProvider? provider = null) =>
        exception is CoreException { FailureDetails: { } recorded }
            ? recorded
            : new FailureDetails(
                exception.GetType().ToString(),
                ReadOrNull(exception, static e => e.Message) ?? "",
                ReadOrNull(exception, static e => e.StackTrace),
                exception.InnerException is { } inner ? FromException(inner, provider) : null,
                isNonRetriable: false,
                ReadOrNull(exception, e => FailureProperties.Read(FailureProperties.Write(provider?.GetExceptionProperties(e))))
            );

    /// <summary>A failure as clients and orchestrators see it.</summary>
    public static TaskFailureDetails? ToTaskFailure(FailureDetails? failure) =>
        failure is null
            ? null
            : new TaskFailureDetails(
                failure.ErrorType,
                failure.ErrorMessage,
                failure.StackTrace,
                ToTaskFailure(failure.InnerFailure),
                failure.Properties
            );

    private static T? ReadOrNull<T>(Exception exception, Func<Exception, T?> read)
        where T : class
    {
        try
        {
            return read(exception);
        }
        catch (Exception)
        {
            // What an exception cannot tell of itself must not keep the failure from being told.
            return null;
        }
    }
}

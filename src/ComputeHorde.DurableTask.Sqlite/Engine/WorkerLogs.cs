using Microsoft.Extensions.Logging;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>What a worker of the SDK logs of orchestrations and activities, in its words, numbers and categories.</summary>
internal static partial class WorkerLogs
{
    public const string Retries = "Microsoft.DurableTask";
    public const string Orchestrations = "Microsoft.DurableTask.Worker.Orchestrations";
    public const string Activities = "Microsoft.DurableTask.Worker.Activities";

    [LoggerMessage(55, LogLevel.Information, "{InstanceId}: The failed '{Name}' task is tried again. Attempt = {Attempt}.")]
    public static partial void RetryingTask(ILogger logger, string instanceId, string name, int attempt);

    [LoggerMessage(600, LogLevel.Information, "'{Name}' orchestration with ID '{InstanceId}' started.")]
    public static partial void OrchestrationStarted(ILogger logger, string instanceId, string name);

    [LoggerMessage(601, LogLevel.Information, "'{Name}' orchestration with ID '{InstanceId}' completed.")]
    public static partial void OrchestrationCompleted(ILogger logger, string instanceId, string name);

    [LoggerMessage(602, LogLevel.Information, "'{Name}' orchestration with ID '{InstanceId}' failed.")]
    public static partial void OrchestrationFailed(ILogger logger, Exception exception, string instanceId, string name);

    [LoggerMessage(603, LogLevel.Information, "'{Name}' activity of orchestration ID '{InstanceId}' started.")]
    public static partial void ActivityStarted(ILogger logger, string instanceId, string name);

    [LoggerMessage(604, LogLevel.Information, "'{Name}' activity of orchestration ID '{InstanceId}' completed.")]
    public static partial void ActivityCompleted(ILogger logger, string instanceId, string name);

    [LoggerMessage(605, LogLevel.Information, "'{Name}' activity of orchestration ID '{InstanceId}' failed.")]
    public static partial void ActivityFailed(ILogger logger, Exception exception, string instanceId, string name);
}

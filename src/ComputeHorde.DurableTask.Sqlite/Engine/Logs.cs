using Microsoft.Extensions.Logging;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>What the engine logs of itself: events 1 to 99.</summary>
internal static partial class Logs
{
    [LoggerMessage(1, LogLevel.Information, "The task hub runs on {Store}; {Instances} unfinished instances have work to do")]
    public static partial void HubStarted(ILogger logger, string store, int instances);

    [LoggerMessage(2, LogLevel.Information, "The task hub has stopped; {Abandoned} activities were still running and will run again")]
    public static partial void HubStopped(ILogger logger, int abandoned);

    [LoggerMessage(3, LogLevel.Error, "The store failed to write; everything is taken up again from what it holds")]
    public static partial void StoreFailed(ILogger logger, Exception exception);

    [LoggerMessage(4, LogLevel.Error, "The store cannot be read; next attempt in {Pause}")]
    public static partial void RecoveryFailed(ILogger logger, TimeSpan pause, Exception exception);

    [LoggerMessage(5, LogLevel.Error, "The orchestration {InstanceId} was ended: {ErrorType}: {Error}")]
    public static partial void OrchestrationEnded(ILogger logger, string instanceId, string errorType, string error);

    [LoggerMessage(
        9,
        LogLevel.Information,
        "The stop interrupted the activity {Name} (#{TaskId}) of {InstanceId}: it runs again after the next start"
    )]
    public static partial void ActivityInterrupted(ILogger logger, string name, int taskId, string instanceId);

    [LoggerMessage(8, LogLevel.Critical, "The engine failed in a turn of {InstanceId}")]
    public static partial void TurnFailed(ILogger logger, string instanceId, Exception exception);

    [LoggerMessage(6, LogLevel.Error, "The orchestration filter failed for {InstanceId}, which is held back")]
    public static partial void FilterFailed(ILogger logger, string instanceId, Exception exception);

    [LoggerMessage(10, LogLevel.Information, "The orchestration {InstanceId} is rewound: {Reason}")]
    public static partial void Rewound(ILogger logger, string instanceId, string reason);
}

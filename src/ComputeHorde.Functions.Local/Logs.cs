using Microsoft.Extensions.Logging;

namespace ComputeHorde.Functions.Local;

/// <summary>Log messages of the functions host: events 2000 to 2999.</summary>
internal static partial class Logs
{
    [LoggerMessage(2000, LogLevel.Information, "Executing '{Function}' (Reason='{Reason}', Id={InvocationId})")]
    public static partial void Executing(this ILogger logger, string function, string reason, string invocationId);

    [LoggerMessage(2001, LogLevel.Information, "Executed '{Function}' (Succeeded, Id={InvocationId}, Duration={Milliseconds:F0} ms)")]
    public static partial void Executed(this ILogger logger, string function, string invocationId, double milliseconds);

    [LoggerMessage(2002, LogLevel.Error, "Executed '{Function}' (Failed, Id={InvocationId}, Duration={Milliseconds:F0} ms)")]
    public static partial void ExecutionFailed(
        this ILogger logger,
        Exception exception,
        string function,
        string invocationId,
        double milliseconds
    );

    [LoggerMessage(
        2005,
        LogLevel.Information,
        "Executed '{Function}' (Interrupted by the stop of the host or by its caller, Id={InvocationId}, Duration={Milliseconds:F0} ms)"
    )]
    public static partial void ExecutionInterrupted(this ILogger logger, string function, string invocationId, double milliseconds);

    [LoggerMessage(
        2003,
        LogLevel.Error,
        "'{Function}' (Id={InvocationId}) still ran after its time-out or the stop of the host, and has now failed"
    )]
    public static partial void AbandonedFailed(this ILogger logger, Exception exception, string function, string invocationId);

    [LoggerMessage(
        2004,
        LogLevel.Warning,
        "{Count} invocations were still running when the time for stopping was over: they were cancelled"
    )]
    public static partial void DrainIncomplete(this ILogger logger, int count);

    [LoggerMessage(2006, LogLevel.Error, "'{Function}' returned what cannot be written as an HTTP answer")]
    public static partial void ResultFailed(this ILogger logger, Exception exception, string function);

    [LoggerMessage(
        2007,
        LogLevel.Warning,
        "'{Function}' returned a {Type}, which is not written: an HTTP function answers with an IActionResult or an IResult"
    )]
    public static partial void ResultNotWritten(this ILogger logger, string function, string type);

    [LoggerMessage(2010, LogLevel.Warning, "{Resource} unreachable since {Since:O}: {Reason}. Trying again until it is back")]
    public static partial void Unreachable(this ILogger logger, string resource, DateTimeOffset since, string reason);

    [LoggerMessage(2011, LogLevel.Warning, "{Resource} reachable again after {Duration:c}")]
    public static partial void ReachableAgain(this ILogger logger, string resource, TimeSpan duration);

    [LoggerMessage(2012, LogLevel.Error, "{Resource}: listening failed and will be tried again")]
    public static partial void ListenerFailed(this ILogger logger, Exception exception, string resource);

    [LoggerMessage(
        2020,
        LogLevel.Warning,
        "Message {MessageId} of queue '{Queue}' failed {Attempts} times and was moved to '{PoisonQueue}'"
    )]
    public static partial void PoisonMessage(this ILogger logger, string messageId, string queue, long attempts, string poisonQueue);

    [LoggerMessage(
        2021,
        LogLevel.Warning,
        "Message {MessageId} of queue '{Queue}' was handled, but its lock was lost: it may be handled again"
    )]
    public static partial void MessageLockLost(this ILogger logger, string messageId, string queue);

    [LoggerMessage(
        2022,
        LogLevel.Information,
        "Message {MessageId} of queue '{Queue}' came back while its function was running: its lock had been lost, and is renewed"
    )]
    public static partial void MessageLockTakenOver(this ILogger logger, string messageId, string queue);

    [LoggerMessage(
        2023,
        LogLevel.Warning,
        "Message {MessageId} of queue '{Queue}' is not Base64, which host.json's messageEncoding asks for: its function is not run"
    )]
    public static partial void MessageNotDecoded(this ILogger logger, string messageId, string queue);

    [LoggerMessage(2030, LogLevel.Warning, "Blob {Container}/{Blob} ({ETag}) failed {Attempts} times: noted in queue '{PoisonQueue}'")]
    public static partial void PoisonBlob(
        this ILogger logger,
        string container,
        string blob,
        string eTag,
        int attempts,
        string poisonQueue
    );

    [LoggerMessage(2040, LogLevel.Information, "Timer '{Function}' is past due: the occurrence of {Due:O} runs now")]
    public static partial void PastDue(this ILogger logger, string function, DateTime due);

    [LoggerMessage(2041, LogLevel.Warning, "Timer '{Function}': the clock was set and now shows {Now:O}: its schedule is planned anew")]
    public static partial void ClockWasSet(this ILogger logger, string function, DateTime now);

    [LoggerMessage(2050, LogLevel.Warning, "Settings that a local host does not act on: {Keys}")]
    public static partial void IgnoredKeys(this ILogger logger, string keys);

    [LoggerMessage(2051, LogLevel.Information, "{Count} functions at {Address}: {Names}")]
    public static partial void Started(this ILogger logger, int count, string address, string names);

    [LoggerMessage(2052, LogLevel.Debug, "Authorization level '{Level}' of '{Function}' is not checked on a local machine")]
    public static partial void KeysNotChecked(this ILogger logger, string level, string function);
}

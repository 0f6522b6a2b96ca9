using Microsoft.Extensions.Logging;

namespace ComputeHorde.Sdk;

/// <summary>Everything this library logs. No bodies, no tokens, no URLs with queries.</summary>
internal static partial class Logs
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Logged in as {Hotkey}; the login is renewed in {Lifetime}")]
    public static partial void LoggedIn(ILogger logger, string hotkey, TimeSpan lifetime);

    [LoggerMessage(
        EventId = 2,
        Level = LogLevel.Information,
        Message = "The facilitator no longer takes the login of {Hotkey}; logging in again"
    )]
    public static partial void LoggingInAgain(ILogger logger, string hotkey);

    [LoggerMessage(
        EventId = 3,
        Level = LogLevel.Warning,
        Message = "The login of {Hotkey} could not be renewed and is used until it expires: {Reason}"
    )]
    public static partial void RenewalFailed(ILogger logger, string hotkey, string reason);

    [LoggerMessage(EventId = 4, Level = LogLevel.Warning, Message = "{Call}: repeat {Attempt} in {Delay}: {Reason}")]
    public static partial void Retrying(ILogger logger, string call, int attempt, TimeSpan delay, string? reason);

    [LoggerMessage(EventId = 5, Level = LogLevel.Information, Message = "Created job {Uuid} with tag {Tag}")]
    public static partial void JobCreated(ILogger logger, string uuid, string tag);

    [LoggerMessage(EventId = 6, Level = LogLevel.Information, Message = "Found job {Uuid} stored already under tag {Tag}")]
    public static partial void JobFound(ILogger logger, string uuid, string tag);

    [LoggerMessage(
        EventId = 7,
        Level = LogLevel.Warning,
        Message = "Whether the job with tag {Tag} was stored is not known; looking it up in {Delay}: {Reason}"
    )]
    public static partial void CreateUncertain(ILogger logger, string tag, TimeSpan delay, string reason);

    [LoggerMessage(EventId = 8, Level = LogLevel.Error, Message = "{Count} jobs are stored under tag {Tag}; {Uuid}, the first, is used")]
    public static partial void Duplicates(ILogger logger, int count, string tag, string uuid);

    [LoggerMessage(EventId = 9, Level = LogLevel.Warning, Message = "An entry of a job list cannot be read and is left out: {Reason}")]
    public static partial void JobUnreadable(ILogger logger, string reason);

    [LoggerMessage(EventId = 10, Level = LogLevel.Warning, Message = "Job {Uuid} could not be looked at: {Reason}")]
    public static partial void PollFailed(ILogger logger, string uuid, string reason);

    [LoggerMessage(EventId = 11, Level = LogLevel.Information, Message = "Job {Uuid} is {Status}")]
    public static partial void StatusChanged(ILogger logger, string uuid, JobStatus status);

    [LoggerMessage(EventId = 12, Level = LogLevel.Warning, Message = "Attempt {Attempt} with job {Uuid} did not succeed: {Reason}")]
    public static partial void AttemptEnded(ILogger logger, int attempt, string uuid, string reason);

    [LoggerMessage(
        EventId = 13,
        Level = LogLevel.Information,
        Message = "Reported job {Uuid} as cheated, compared with trusted job {TrustedUuid}: {Outcome}"
    )]
    public static partial void CheatReported(ILogger logger, string uuid, string trustedUuid, CheatReportOutcome outcome);

    [LoggerMessage(EventId = 14, Level = LogLevel.Warning, Message = "Whether tag {Tag} has further jobs could not be checked: {Reason}")]
    public static partial void DuplicateCheckFailed(ILogger logger, string tag, string reason);

    [LoggerMessage(
        EventId = 15,
        Level = LogLevel.Warning,
        Message = "The facilitator cannot show job {Uuid}; it is asked for by itself from now on: {Reason}"
    )]
    public static partial void JobNotShown(ILogger logger, string uuid, string reason);
}

using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Hosting;

/// <summary>
/// Every line that the functions log. Names, counts and uuids only: no URL, no output, no secret; and every text as a
/// <see cref="LogText"/>.
/// </summary>
internal static partial class Logs
{
    [LoggerMessage(100, LogLevel.Information, "Run {InstanceId} accepted: {Image} on {ExecutorClass}")]
    public static partial void RunAccepted(this ILogger logger, LogText instanceId, LogText image, LogText executorClass);

    [LoggerMessage(101, LogLevel.Information, "Run {InstanceId} ended: {Status} after {Attempts} attempts, job {JobUuid}")]
    public static partial void RunEnded(this ILogger logger, LogText instanceId, LogText status, int attempts, LogText jobUuid);

    [LoggerMessage(110, LogLevel.Information, "Job {JobUuid} created for {Tag}")]
    public static partial void JobCreated(this ILogger logger, LogText tag, LogText jobUuid);

    [LoggerMessage(
        111,
        LogLevel.Warning,
        "Job {JobUuid} found by its tag {Tag}: an earlier create had been stored, nothing is bought twice"
    )]
    public static partial void JobFoundByTag(this ILogger logger, LogText tag, LogText jobUuid);

    [LoggerMessage(112, LogLevel.Warning, "Attempt {Attempt} of run {InstanceId} ended as {Class} ({Reason}): {Text}")]
    public static partial void AttemptFailed(
        this ILogger logger,
        LogText instanceId,
        int attempt,
        LogText @class,
        LogText reason,
        LogText text
    );

    [LoggerMessage(113, LogLevel.Warning, "Job {JobUuid} reported as cheated, checked against trusted job {TrustedJobUuid}: {Outcome}")]
    public static partial void CheatReported(this ILogger logger, LogText jobUuid, LogText trustedJobUuid, LogText outcome);

    [LoggerMessage(114, LogLevel.Error, "The report about job {JobUuid} was refused: {Text}")]
    public static partial void CheatReportRefused(this ILogger logger, LogText jobUuid, LogText text);

    [LoggerMessage(
        115,
        LogLevel.Error,
        "Job {JobUuid} was created with another streaming certificate than the one that is kept; its server cannot be reached"
    )]
    public static partial void StreamingKeyDiffers(this ILogger logger, LogText jobUuid);

    [LoggerMessage(116, LogLevel.Error, "The check of run {InstanceId} could not be started; its result counts unchecked: {Text}")]
    public static partial void CheckNotStarted(this ILogger logger, LogText instanceId, LogText text);

    [LoggerMessage(117, LogLevel.Error, "Notice {NoticeId} ({Type}) was given up: {Text}")]
    public static partial void NoticeDead(this ILogger logger, LogText noticeId, LogText type, LogText text);

    [LoggerMessage(118, LogLevel.Error, "Nobody is told that {InstanceId} has ended ({Type}); its result counts all the same: {Text}")]
    public static partial void NoticeNotStarted(this ILogger logger, LogText instanceId, LogText type, LogText text);

    [LoggerMessage(
        119,
        LogLevel.Information,
        "Purged {Runs} runs and batches with {Blobs} blobs, and {Claims} old claims; {HeldBack} are held back by what belongs to them"
    )]
    public static partial void Purged(this ILogger logger, int runs, int blobs, int claims, int heldBack);

    [LoggerMessage(120, LogLevel.Debug, "Polled {Jobs} jobs in {Calls} calls; {Changed} changed")]
    public static partial void Polled(this ILogger logger, int jobs, int calls, int changed);

    [LoggerMessage(121, LogLevel.Error, "Job {JobUuid} of run {InstanceId} cannot be read from the facilitator: {Text}")]
    public static partial void JobUnreadable(this ILogger logger, LogText jobUuid, LogText instanceId, LogText text);

    [LoggerMessage(
        122,
        LogLevel.Warning,
        "Run {InstanceId} could not be told of job {JobUuid}; it is tried again at the next poll: {Text}"
    )]
    public static partial void RunNotTold(this ILogger logger, LogText instanceId, LogText jobUuid, LogText text);

    [LoggerMessage(
        123,
        LogLevel.Error,
        "This machine's clock and the facilitator's differ by {Offset}: nothing is bought until they agree"
    )]
    public static partial void ClockIsWrong(this ILogger logger, TimeSpan offset);

    [LoggerMessage(124, LogLevel.Debug, "{Admitted} runs admitted; {Waiting} wait for a place")]
    public static partial void Admitted(this ILogger logger, int admitted, int waiting);

    [LoggerMessage(300, LogLevel.Information, "Specification {Blob} accepted: {InstanceId}")]
    public static partial void SpecificationAccepted(this ILogger logger, LogText blob, LogText instanceId);

    [LoggerMessage(301, LogLevel.Warning, "{Name} rejected: {Problems} problems, listed in container jobs-rejected")]
    public static partial void SpecificationRejected(this ILogger logger, LogText name, int problems);

    [LoggerMessage(304, LogLevel.Warning, "Setting {Name} is ignored: nothing reads a setting of that name")]
    public static partial void SettingIgnored(this ILogger logger, LogText name);

    [LoggerMessage(303, LogLevel.Information, "Specification {Blob} is gone: it was deleted before it was read")]
    public static partial void SpecificationGone(this ILogger logger, LogText blob);

    [LoggerMessage(302, LogLevel.Warning, "Specification {Blob} has no run: nobody noticed it when it landed")]
    public static partial void SpecificationFound(this ILogger logger, LogText blob);

    [LoggerMessage(307, LogLevel.Error, "Specification {Blob} could not be taken in; the next sweep tries again: {Text}")]
    public static partial void SpecificationNotTakenIn(this ILogger logger, LogText blob, LogText text);

    [LoggerMessage(305, LogLevel.Warning, "Schedule {Name} skips what was due between {From} and {To}: later than it may catch up")]
    public static partial void OccurrencesSkipped(this ILogger logger, LogText name, DateTimeOffset from, DateTimeOffset to);

    [LoggerMessage(
        306,
        LogLevel.Error,
        "Schedule {Name} could not start {InstanceId}: {Problems} problems; the first stands in the schedule"
    )]
    public static partial void OccurrenceRefused(this ILogger logger, LogText name, LogText instanceId, int problems);

    [LoggerMessage(308, LogLevel.Error, "Schedule {Name} cannot be read, and starts nothing: {Text}")]
    public static partial void ScheduleUnreadable(this ILogger logger, LogText name, LogText text);

    [LoggerMessage(310, LogLevel.Information, "Batch {InstanceId} accepted: {Container}/{Blob}")]
    public static partial void BatchAccepted(this ILogger logger, LogText instanceId, LogText container, LogText blob);

    [LoggerMessage(130, LogLevel.Error, "The {Dependency} does not answer; runs wait for it. {Text}")]
    public static partial void OutageStarted(this ILogger logger, LogText dependency, LogText text);

    [LoggerMessage(131, LogLevel.Information, "The {Dependency} answers again after {Duration}")]
    public static partial void OutageEnded(this ILogger logger, LogText dependency, TimeSpan duration);
}

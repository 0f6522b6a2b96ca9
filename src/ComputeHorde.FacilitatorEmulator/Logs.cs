using Microsoft.Extensions.Logging;

namespace ComputeHorde.Emulator;

/// <summary>The log messages of this assembly. No bodies, URLs or tokens.</summary>
internal static partial class Logs
{
    [LoggerMessage(1, LogLevel.Information, "Facilitator emulator listens on {Address}, validator {Validator}, speed {Speed}.")]
    public static partial void Started(ILogger logger, Uri address, string validator, double speed);

    [LoggerMessage(2, LogLevel.Information, "{Count} unfinished jobs taken up again.")]
    public static partial void Resumed(ILogger logger, int count);

    [LoggerMessage(3, LogLevel.Debug, "Job {Uuid}: {Status}.")]
    public static partial void StatusReached(ILogger logger, Guid uuid, string status);

    [LoggerMessage(4, LogLevel.Warning, "Job with tag '{Tag}': behaviour ignored. {Reason}")]
    public static partial void BehaviourNotUnderstood(ILogger logger, string tag, string reason);

    [LoggerMessage(5, LogLevel.Warning, "{Method} {Path} breaks the real facilitator: {Reason}")]
    public static partial void UnkindAnswer(ILogger logger, string method, string path, string reason);

    [LoggerMessage(6, LogLevel.Error, "Job {Uuid} stopped by an error of the emulator.")]
    public static partial void JobBroken(ILogger logger, Exception exception, Guid uuid);

    [LoggerMessage(7, LogLevel.Information, "Cheat report for job {Uuid}: the validator {Verdict}.")]
    public static partial void CheatReported(ILogger logger, Guid uuid, string verdict);

    [LoggerMessage(8, LogLevel.Information, "{Count} jobs evicted.")]
    public static partial void Evicted(ILogger logger, int count);

    [LoggerMessage(10, LogLevel.Warning, "Old jobs could not be evicted.")]
    public static partial void EvictionFailed(ILogger logger, Exception exception);

    [LoggerMessage(9, LogLevel.Error, "{Method} {Path} failed in the emulator.")]
    public static partial void RequestBroken(ILogger logger, Exception exception, string method, string path);
}

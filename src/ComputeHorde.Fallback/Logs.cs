using Microsoft.Extensions.Logging;

namespace ComputeHorde.Fallback;

/// <summary>Every line that this library logs. Names, prices and statuses only: no URL, no script, no key.</summary>
internal static partial class Logs
{
    [LoggerMessage(
        1,
        LogLevel.Information,
        "Machine {Machine} rented from {Provider} for {UsdPerHour} USD an hour; its job may cost {BoundUsd} USD"
    )]
    public static partial void MachineRented(this ILogger logger, string machine, string provider, decimal? usdPerHour, decimal boundUsd);

    [LoggerMessage(2, LogLevel.Information, "Fallback job {Job} ended: {Status} ({Reason})")]
    public static partial void JobEnded(this ILogger logger, string job, string status, string reason);

    [LoggerMessage(3, LogLevel.Warning, "Machine {Machine} of {Provider} was ended: nobody needed it any more")]
    public static partial void MachineReaped(this ILogger logger, string machine, string provider);
}

using System.Globalization;

namespace ComputeHorde.Functions.Local.Timers;

/// <summary>When a timer function runs.</summary>
internal interface ITimerSchedule
{
    /// <summary>The first occurrence after a time, in UTC; null when there is none.</summary>
    DateTime? Next(DateTime after);

    /// <summary>Whether the status is kept, so that an occurrence missed while the host was down is made up for: not of what comes more
    /// often than once a minute.</summary>
    bool IsMonitored(DateTime now);

    /// <summary>Parses a CRON expression, which is in the given time zone, or a time span.</summary>
    /// <exception cref="LocalFunctionsException">It is neither.</exception>
    static ITimerSchedule Parse(string schedule, TimeZoneInfo zone, string place)
    {
        if (!schedule.Contains(' ') && TimeSpan.TryParse(schedule, CultureInfo.InvariantCulture, out var interval))
        {
            return interval > TimeSpan.Zero
                ? new IntervalSchedule(interval)
                : throw new LocalFunctionsException($"{place}: the schedule '{schedule}' must be longer than nothing.");
        }

        try
        {
            return CronSchedule.Parse(schedule, zone);
        }
        catch (FormatException exception)
        {
            throw new LocalFunctionsException($"{place}: the schedule '{schedule}' is not valid: {exception.Message}.", exception);
        }
    }
}

using System.Globalization;

namespace ComputeHorde.Functions.Local.Timers;

/// <summary>When a timer function runs.</summary>
internal interface ITimerSchedule
{
    /// <summary>The first occurrence after a time, in UTC; null when there is none.</summary>
    DateTime? Next(DateTime after);

    /// <summary>Parses a CRON expression, which is in the given time zone, or a time span.</summary>
    /// <exception cref="LocalFunctionsException">It is neither.</exception>
    static ITimerSchedule Parse(string schedule, TimeZoneInfo zone, string place)
    {
        if (!schedule.Contains(' ') && TimeSpan.TryParse(schedule, CultureInfo.InvariantCulture, out var interval))
        {
            return interval > TimeSpan.Zero ? new IntervalSchedule(interval)
                : throw new LocalFunctionsException($"{place}: the schedule '{schedule}' must be longer than nothing.");
        }

        try
        {
            return new ZonedSchedule(CronSchedule.Parse(schedule), zone);
        }
        catch (FormatException exception)
        {
            throw new LocalFunctionsException($"{place}: the schedule '{schedule}' is not valid: {exception.Message}.", exception);
        }
    }
}

/// <summary>Every so often, counted from the beginning of the last run.</summary>
internal sealed class IntervalSchedule(TimeSpan interval) : ITimerSchedule
{
    public DateTime? Next(DateTime after) => DateTime.MaxValue - after > interval ? after + interval : null;
}

namespace ComputeHorde.Functions.Local.Timers;

/// <summary>A CRON expression of six fields (second, minute, hour, day, month, weekday) or five (without seconds). Fields hold
/// <c>*</c>, numbers, lists, ranges, steps and the English names of months and weekdays, also by their first three letters; day and weekday
/// must both match.</summary>
internal sealed class CronSchedule : ITimerSchedule
{
    /// <summary>29 February falls on one weekday again after 40 years at most.</summary>
    private const int HorizonYears = 41;

    private readonly CronField _seconds;
    private readonly CronField _minutes;
    private readonly CronField _hours;
    private readonly CronField _days;
    private readonly CronField _months;
    private readonly CronField _weekdays;

    private CronSchedule(string[] fields)
    {
        _seconds = CronField.Parse("second", fields[0], 0, 59);
        _minutes = CronField.Parse("minute", fields[1], 0, 59);
        _hours = CronField.Parse("hour", fields[2], 0, 23);
        _days = CronField.Parse("day", fields[3], 1, 31);
        _months = CronField.Parse("month", fields[4], 1, 12, CronField.Months);
        _weekdays = CronField.Parse("weekday", fields[5], 0, 6, CronField.Weekdays);
    }

    /// <exception cref="FormatException">The expression is not valid; the message names the field.</exception>
    public static CronSchedule Parse(string expression)
    {
        var fields = expression.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return fields.Length switch
        {
            6 => new CronSchedule(fields),
            5 => new CronSchedule(["0", .. fields]),
            _ => throw new FormatException($"a CRON expression has six fields (or five without seconds), but this one has {fields.Length}"),
        };
    }

    /// <summary>Whether every hour of every day is alike.</summary>
    public bool IsHourly => (_hours.Count, _days.Count, _months.Count, _weekdays.Count) == (24, 31, 12, 7);

    public DateTime? Next(DateTime after)
    {
        if (after >= DateTime.MaxValue.AddDays(-2))
            return null;

        var first = new DateTime(after.Year, after.Month, after.Day, after.Hour, after.Minute, after.Second, DateTimeKind.Utc).AddSeconds(1);
        var lastYear = Math.Min(after.Year + HorizonYears, 9998);
        for (var day = first.Date; day.Year <= lastYear; day = day.AddDays(1))
        {
            if (!_months.Contains(day.Month))
            {
                day = new DateTime(day.Year, day.Month, DateTime.DaysInMonth(day.Year, day.Month), 0, 0, 0, DateTimeKind.Utc);
                continue;
            }

            if (_days.Contains(day.Day) && _weekdays.Contains((int)day.DayOfWeek)
                && NextTime(day == first.Date ? first.TimeOfDay : TimeSpan.Zero) is { } time)
                return day + time;
        }

        return null;
    }

    /// <summary>The first time of day that matches, not before the given one.</summary>
    private TimeSpan? NextTime(TimeSpan from)
    {
        for (var hour = _hours.Next(from.Hours); hour is { } h; hour = _hours.Next(h + 1))
        {
            for (var minute = _minutes.Next(h == from.Hours ? from.Minutes : 0); minute is { } m; minute = _minutes.Next(m + 1))
            {
                if (_seconds.Next(h == from.Hours && m == from.Minutes ? from.Seconds : 0) is { } second)
                    return new TimeSpan(h, m, second);
            }
        }

        return null;
    }
}

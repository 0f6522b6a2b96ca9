using NCrontab;

namespace ComputeHorde.Functions.Local.Timers;

/// <summary>A CRON expression of six fields (second, minute, hour, day, month, weekday) or five (without seconds), read by NCrontab as in
/// Azure, on the clocks of a time zone. Where they are set forward, an occurrence that is jumped over comes as much later. Where they are
/// set back, an expression with <c>*</c>, <c>/</c> or <c>-</c> in its seconds, minutes or hours runs through the hour that comes twice; any
/// other has its occurrence there once.</summary>
internal sealed class CronSchedule : ITimerSchedule
{
    private readonly CrontabSchedule _cron;
    private readonly TimeZoneInfo _zone;
    private readonly bool _isInterval;
    private readonly bool _isLimitedToSomeMinutes;

    private CronSchedule(CrontabSchedule cron, string[] fields, TimeZoneInfo zone)
    {
        _cron = cron;
        _zone = zone;
        _isInterval = fields.Take(fields.Length - 3).Any(field => field.AsSpan().ContainsAny("*/-"));
        _isLimitedToSomeMinutes = fields.Length == 5 || fields.Skip(1).Any(field => field != "*");
    }

    /// <exception cref="FormatException">The expression is not valid; the message says why.</exception>
    public static CronSchedule Parse(string expression, TimeZoneInfo zone)
    {
        var fields = expression.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length is not (5 or 6))
        {
            throw new FormatException($"a CRON expression has six fields (or five without seconds), but this one has {fields.Length}");
        }

        try
        {
            return new CronSchedule(
                CrontabSchedule.Parse(expression, new CrontabSchedule.ParseOptions { IncludingSeconds = fields.Length == 6 }),
                fields,
                zone
            );
        }
        catch (CrontabException exception)
        {
            throw new FormatException(exception.GetBaseException().Message.TrimEnd('.'), exception);
        }
    }

    public DateTime? Next(DateTime after)
    {
        var offset = _zone.GetUtcOffset(after);
        if (NextOnClock(DateTime.SpecifyKind(after + offset, DateTimeKind.Unspecified)) is not { } shown)
        {
            return null;
        }

        // Of a time that the clocks show twice this is the later one.
        var shownOffset = _zone.GetUtcOffset(shown);
        var setBack = shownOffset != offset && (_zone.IsAmbiguousTime(shown) || (_isInterval && _zone.IsAmbiguousTime(after)));
        if (setBack)
        {
            return ToUtc(shown, offset);
        }

        while (!_isInterval && _zone.IsAmbiguousTime(shown))
        {
            if (NextOnClock(shown) is not { } later)
            {
                return null;
            }

            shown = later;
        }

        return ToUtc(shown, _zone.GetUtcOffset(shown));
    }

    public bool IsMonitored(DateTime now) =>
        _isLimitedToSomeMinutes || _cron.GetNextOccurrences(now, now.AddMinutes(1)).Take(2).Count() < 2;

    private static DateTime ToUtc(DateTime shown, TimeSpan offset) => DateTime.SpecifyKind(shown - offset, DateTimeKind.Utc);

    /// <summary>NCrontab answers with the end of all time where there is no occurrence.</summary>
    private DateTime? NextOnClock(DateTime after) =>
        _cron.GetNextOccurrence(after, DateTime.MaxValue) is var next && next < DateTime.MaxValue.AddDays(-2) ? next : null;
}

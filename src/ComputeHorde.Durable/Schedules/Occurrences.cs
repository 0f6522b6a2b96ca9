using NCrontab;

namespace ComputeHorde.Durable.Schedules;

/// <summary>
/// The moments of a CRON expression, which NCrontab reads on a clock without time zones, on the clocks of one. Where they are set forward,
/// what they jump over comes as much later.
/// Where they are set back, an expression with <c>*</c>, <c>/</c> or <c>-</c> in its seconds, minutes or hours goes on through the hour
/// that comes twice; any other has its moment there once, the first time.
/// </summary>
internal sealed class Occurrences
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1),
        Least = TimeSpan.FromMinutes(1);

    private readonly CrontabSchedule _cron;
    private readonly TimeZoneInfo _zone;
    private readonly bool _isInterval;

    private Occurrences(CrontabSchedule cron, string[] fields, TimeZoneInfo zone)
    {
        (_cron, _zone) = (cron, zone);
        _isInterval = fields.Take(fields.Length - 3).Any(static field => field.AsSpan().ContainsAny("*/-"));
    }

    public static Occurrences Of(ScheduleSpec spec) => Parse(spec.Cron!, TimeZoneInfo.FindSystemTimeZoneById(spec.TimeZone));

    /// <summary>The rule that an expression breaks; null when it breaks none.</summary>
    public static string? FaultOf(string? expression, TimeZoneInfo zone)
    {
        try
        {
            var occurrences = Parse(expression ?? "", zone);
            var from = new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
            if (occurrences.After(from) is not { } first)
            {
                return "must have an occurrence.";
            }

            for (var count = 0; count < 100 && occurrences.After(first) is { } next; count++, first = next)
            {
                if (next - first < Least)
                {
                    return "must not come more often than once a minute.";
                }
            }

            return null;
        }
        catch (FormatException exception)
        {
            return $"must be a CRON expression: {exception.Message}.";
        }
    }

    /// <exception cref="FormatException">The expression is not valid; the message says why.</exception>
    public static Occurrences Parse(string expression, TimeZoneInfo zone)
    {
        var fields = expression.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length is not (5 or 6))
        {
            throw new FormatException($"it has five fields (or six, with seconds), and not {fields.Length}");
        }

        try
        {
            return new Occurrences(
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

    /// <summary>The first moment after another; null when there is none in the next decades.</summary>
    public DateTimeOffset? After(DateTimeOffset moment)
    {
        // The clocks may show an earlier time a little later: begin where they are slowest around now.
        var slowest = new[] { moment - Day, moment, moment + Day }.Min(_zone.GetUtcOffset);
        var shown = DateTime.SpecifyKind(moment.UtcDateTime + slowest, DateTimeKind.Unspecified).AddSeconds(-1);
        DateTimeOffset? first = null;
        while (NextOnClock(shown) is { } next)
        {
            shown = next;
            var moments = MomentsOf(shown).Where(candidate => candidate > moment).ToList();
            if (moments.Count > 0 && (first is null || moments.Min() < first))
            {
                first = moments.Min();
            }

            // No later time on the clock can come before it, by more than the clocks are ever set.
            if (first is not null && DateTime.SpecifyKind(shown, DateTimeKind.Utc) - slowest - Day > first.Value.UtcDateTime)
            {
                break;
            }

            if (first is not null && !IsNearAChange(shown))
            {
                break;
            }
        }

        return first;
    }

    private bool IsNearAChange(DateTime shown)
    {
        var utc = new DateTimeOffset(shown, TimeSpan.Zero);
        return _zone.GetUtcOffset(utc - Day) != _zone.GetUtcOffset(utc + Day);
    }

    /// <summary>When the clocks show a time: once as a rule, never or twice when they are set.</summary>
    private List<DateTimeOffset> MomentsOf(DateTime shown)
    {
        // Not by IsInvalidTime: it knows of hours that are left out, and not of a day (Samoa, 2011).
        var about = new DateTimeOffset(shown, TimeSpan.Zero);
        var before = _zone.GetUtcOffset(about - Day);
        var moments = new[] { before, _zone.GetUtcOffset(about), _zone.GetUtcOffset(about + Day) }
            .Distinct()
            .Select(offset => At(shown, offset))
            .Where(moment => (moment + _zone.GetUtcOffset(moment)).DateTime == shown)
            .Order()
            .ToList();
        if (moments.Count == 0)
        {
            // By the clock as it was before: as much later as the clocks were set.
            return [At(shown, before)];
        }

        return _isInterval ? moments : moments[..1];
    }

    private static DateTimeOffset At(DateTime shown, TimeSpan offset) => new(DateTime.SpecifyKind(shown - offset, DateTimeKind.Utc));

    /// <summary>NCrontab answers with the end of all time where there is no occurrence.</summary>
    private DateTime? NextOnClock(DateTime after) =>
        _cron.GetNextOccurrence(after, DateTime.MaxValue) is var next && next < DateTime.MaxValue.AddDays(-2) ? next : null;
}

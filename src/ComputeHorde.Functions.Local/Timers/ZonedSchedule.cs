namespace ComputeHorde.Functions.Local.Timers;

/// <summary>A CRON expression on the clocks of a time zone. Where they are set forward, an occurrence that is jumped over comes as much
/// later; where they are set back, one that the clocks show twice comes once, except where every hour of every day has its occurrences.</summary>
internal sealed class ZonedSchedule(CronSchedule cron, TimeZoneInfo zone) : ITimerSchedule
{
    public DateTime? Next(DateTime after)
    {
        var offset = zone.GetUtcOffset(after);
        if (cron.IsHourly)
            return cron.Next(after + offset) - offset;

        for (var local = cron.Next(after + offset); local is { } shown; local = cron.Next(shown))
        {
            if (ToUtc(DateTime.SpecifyKind(shown, DateTimeKind.Unspecified)) is var next && next > after)
                return next;
        }

        return null;
    }

    /// <summary>The first time that the clocks show it; in the gap where they are set forward, as they would without.</summary>
    private DateTime ToUtc(DateTime local)
    {
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max()
            : zone.IsInvalidTime(local) ? zone.GetUtcOffset(local.AddDays(-1))
            : zone.GetUtcOffset(local);
        return DateTime.SpecifyKind(local - offset, DateTimeKind.Utc);
    }
}

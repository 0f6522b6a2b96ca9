using System.Text.RegularExpressions;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Schedules;

/// <summary>When runs are started: <c>schedule</c> of a specification.</summary>
internal sealed partial record ScheduleSpec
{
    private const int MostJitter = 3600,
        LeastCatchUp = 60,
        MostCatchUp = 30 * 86_400;

    /// <summary>
    /// A CRON expression of five fields (minute, hour, day, month, weekday) or six (second first), in NCrontab's dialect.
    /// </summary>
    public string? Cron { get; init; }

    /// <summary>The IANA time zone of the expression.</summary>
    /// <value>UTC.</value>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>
    /// Up to how many seconds after its time an occurrence starts: how many follows from its name, so that many schedules do not start at
    /// once.
    /// </summary>
    /// <value>0.</value>
    public int JitterSeconds { get; init; }

    /// <summary>How many seconds late an occurrence may start that was missed, because nothing ran. What is later is skipped.</summary>
    /// <value>300: hardly anything is caught up.</value>
    public int CatchUpSeconds { get; init; } = 300;

    public IEnumerable<ValidationProblem> Validate()
    {
        TimeZoneInfo? zone = null;
        if (!ZonePattern().IsMatch(TimeZone) || !TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out zone))
        {
            yield return new ValidationProblem(
                "schedule.time_zone",
                "must be an IANA time zone that this machine knows, such as Europe/Zurich."
            );
        }

        if (Occurrences.FaultOf(Cron, zone ?? TimeZoneInfo.Utc) is { } fault)
        {
            yield return new ValidationProblem("schedule.cron", fault);
        }

        if (JitterSeconds is < 0 or > MostJitter)
        {
            yield return new ValidationProblem("schedule.jitter_seconds", $"must be between 0 and {MostJitter}.");
        }

        if (CatchUpSeconds is < LeastCatchUp or > MostCatchUp)
        {
            yield return new ValidationProblem("schedule.catch_up_seconds", $"must be between {LeastCatchUp} and {MostCatchUp}.");
        }
    }

    [GeneratedRegex("^[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+){0,2}\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ZonePattern();
}

using System.Globalization;
using ComputeHorde.Durable.Schedules;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Tests.Schedules;

/// <summary>
/// The clocks of a zone, by the days on which they are set: 2026-03-29 and 2026-10-25 in Zurich, 2026-03-08 and 2026-11-01 in New York.
/// </summary>
public sealed class OccurrencesTests
{
    [Theory]
    // As on any day.
    [InlineData("30 2 * * *", "Europe/Zurich", "2026-03-27T12:00:00Z", "2026-03-28T01:30:00Z")]
    // 02:30 does not exist: it comes as 03:30, an hour later on the clock and at the same distance from midnight.
    [InlineData("30 2 * * *", "Europe/Zurich", "2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z 2026-03-30T00:30:00Z")]
    // 02:30 comes twice: the first time counts.
    [InlineData("30 2 * * *", "Europe/Zurich", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z 2026-10-26T01:30:00Z")]
    [InlineData("30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z", "2026-11-01T05:30:00Z 2026-11-02T06:30:00Z")]
    // From between the two: it has been.
    [InlineData("30 2 * * *", "Europe/Zurich", "2026-10-25T00:45:00Z", "2026-10-26T01:30:00Z")]
    // Every half hour goes on through both hours, and jumps with the clocks.
    [InlineData(
        "*/30 * * * *",
        "Europe/Zurich",
        "2026-10-24T23:59:00Z",
        "2026-10-25T00:00:00Z 2026-10-25T00:30:00Z 2026-10-25T01:00:00Z 2026-10-25T01:30:00Z 2026-10-25T02:00:00Z"
    )]
    [InlineData("*/30 * * * *", "Europe/Zurich", "2026-03-29T00:31:00Z", "2026-03-29T01:00:00Z 2026-03-29T01:30:00Z 2026-03-29T02:00:00Z")]
    [InlineData("0 */6 * * *", "Europe/Zurich", "2026-10-24T20:00:00Z", "2026-10-24T22:00:00Z 2026-10-25T05:00:00Z")]
    // With seconds; weekdays; no zone.
    [InlineData("15 0 12 * * Mon", "UTC", "2026-11-28T00:00:00Z", "2026-11-30T12:00:15Z 2026-12-07T12:00:15Z")]
    // A day that Samoa left out.
    [InlineData("0 12 30 12 *", "Pacific/Apia", "2011-12-01T00:00:00Z", "2011-12-30T22:00:00Z 2012-12-29T22:00:00Z")]
    public void After_ClocksAreSet_FollowsTheRule(string cron, string zone, string from, string expected)
    {
        var occurrences = Occurrences.Parse(cron, TimeZoneInfo.FindSystemTimeZoneById(zone));
        var moment = DateTimeOffset.Parse(from, CultureInfo.InvariantCulture);
        var found = new List<string>();
        foreach (var _ in expected.Split(' '))
        {
            moment = occurrences.After(moment)!.Value;
            found.Add(moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        }

        Assert.Equal(expected, string.Join(' ', found));
    }

    /// <summary>
    /// Through a year of any zone: each moment is later than the one before, none is left out, and each shows what the expression says
    /// unless the clocks have just been set.
    /// </summary>
    [Theory]
    [InlineData("Europe/Zurich")]
    [InlineData("America/New_York")]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("Africa/Casablanca")]
    public void After_AYearOfDays_ComesOnceADay(string zone)
    {
        var clocks = TimeZoneInfo.FindSystemTimeZoneById(zone);
        var occurrences = Occurrences.Parse("15 2 * * *", clocks);
        var moment = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var days = new List<DateOnly>();
        for (var day = 0; day < 365; day++)
        {
            var next = occurrences.After(moment)!.Value;
            Assert.True(next > moment);
            Assert.Equal(next, occurrences.After(next.AddTicks(-1)));
            moment = next;
            days.Add(DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(moment, clocks).DateTime));
        }

        Assert.Equal(Enumerable.Range(0, 365).Select(day => days[0].AddDays(day)), days);
    }

    [Theory]
    [InlineData("* * * * * *", "UTC", "schedule.cron")]
    [InlineData("0,30 0 * * * *", "UTC", "schedule.cron")]
    [InlineData("61 * * * *", "UTC", "schedule.cron")]
    [InlineData("0 0 30 2 *", "UTC", "schedule.cron")]
    [InlineData("@daily", "UTC", "schedule.cron")]
    [InlineData(null, "UTC", "schedule.cron")]
    [InlineData("0 * * * *", "Mars/Olympus", "schedule.time_zone")]
    [InlineData("0 * * * *", "../../etc/passwd", "schedule.time_zone")]
    public void Validate_NotASchedule_NamesTheField(string? cron, string zone, string field) =>
        Assert.Equal(
            [field],
            new ScheduleSpec { Cron = cron, TimeZone = zone }
                .Validate()
                .Select(static problem => problem.Field)
        );

    [Fact]
    public void Validate_OutOfBounds_NamesEachField() =>
        Assert.Equal(
            ["schedule.jitter_seconds", "schedule.catch_up_seconds"],
            new ScheduleSpec
            {
                Cron = "0 * * * *",
                JitterSeconds = -1,
                CatchUpSeconds = 0,
            }
                .Validate()
                .Select(static (ValidationProblem problem) => problem.Field)
        );
}

using ComputeHorde.Functions.Local.Timers;

namespace ComputeHorde.Functions.Local.Tests;

public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("0 */5 * * * *", "2026-01-01T00:00:00", "2026-01-01T00:05:00")]
    [InlineData("*/10 * * * * *", "2026-01-01T00:00:55", "2026-01-01T00:01:00")]
    [InlineData("0 0 * * * *", "2026-12-31T23:00:00", "2027-01-01T00:00:00")]
    [InlineData("0 30 9 * * 1-5", "2026-01-02T09:30:00", "2026-01-05T09:30:00")]
    [InlineData("0 30 9 * Jan Mon", "2026-01-26T09:30:00", "2027-01-04T09:30:00")]
    [InlineData("0 0 0 31 * *", "2026-01-31T00:00:00", "2026-03-31T00:00:00")]
    [InlineData("0 0 0 29 2 *", "2026-01-01T00:00:00", "2028-02-29T00:00:00")]
    [InlineData("0 0 0 29 2 SUN", "2026-01-01T00:00:00", "2032-02-29T00:00:00")]
    [InlineData("0 30 9 * February-march Monday", "2026-01-26T09:30:00", "2026-02-02T09:30:00")]
    [InlineData("5,10,15 0 0 1 1 *", "2026-01-01T00:00:05", "2026-01-01T00:00:10")]
    [InlineData("0 10-20/5 * * * *", "2026-01-01T00:15:00", "2026-01-01T00:20:00")]
    [InlineData("0 50/4 * * * *", "2026-01-01T00:50:01", "2026-01-01T00:54:00")]
    [InlineData("*/5 * * * *", "2026-01-01T00:00:30", "2026-01-01T00:05:00")]
    public void Next_Expression_IsTheFirstOccurrenceAfter(string expression, string after, string expected) =>
        Assert.Equal(Utc(expected), CronSchedule.Parse(expression, TimeZoneInfo.Utc).Next(Utc(after)));

    [Fact]
    public void Next_DateThatNeverComes_IsNone() =>
        Assert.Null(CronSchedule.Parse("0 0 0 31 2 *", TimeZoneInfo.Utc).Next(Utc("2026-01-01T00:00:00")));

    [Theory]
    [InlineData("0 30 9 * * *", "2026-01-15T00:00:00", "2026-01-15T08:30:00")]
    [InlineData("0 30 9 * * *", "2026-07-15T00:00:00", "2026-07-15T07:30:00")]
    [InlineData("0 0 0 * * MON", "2026-07-15T00:00:00", "2026-07-19T22:00:00")]
    [InlineData("0 30 2 * * *", "2026-03-28T12:00:00", "2026-03-29T01:30:00")] // jumped over: as it would have been
    [InlineData("0 30 2 * * *", "2026-03-29T01:30:00", "2026-03-30T00:30:00")]
    [InlineData("0 30 2 * * *", "2026-10-24T12:00:00", "2026-10-25T00:30:00")] // shown twice: the first
    [InlineData("0 30 2 * * *", "2026-10-25T00:30:00", "2026-10-26T01:30:00")]
    [InlineData("0 */20 * * * *", "2026-10-25T00:40:00", "2026-10-25T01:00:00")] // shown twice, but in every hour anyway
    public void Next_InATimeZone_FollowsItsClocks(string expression, string after, string expected) =>
        Assert.Equal(Utc(expected), CronSchedule.Parse(expression, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")).Next(Utc(after)));

    [Theory]
    [InlineData("* * * *", "six fields")]
    [InlineData("60 * * * * *", "60 is higher than the maximum allowable value for the [Second] field")]
    [InlineData("0 0 24 * * *", "[Hour] field")]
    [InlineData("0 0 0 0 * *", "0 is lower than the minimum allowable value for the [Day] field")]
    [InlineData("0 0 0 * 13 *", "[Month] field")]
    [InlineData("0 0 0 * * 7", "[DayOfWeek] field")]
    [InlineData("0 15 10 ? * *", "'?' is not a valid [Day]")] // refused by Azure as well, though other dialects know it
    [InlineData("a * * * * *", "'a' is not a valid [Second]")]
    public void Parse_NotValid_NamesTheField(string expression, string error) =>
        Assert.Contains(
            error,
            Assert.Throws<FormatException>(() => CronSchedule.Parse(expression, TimeZoneInfo.Utc)).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Next_RandomExpressions_AgreeWithTryingEverySecond()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            int second = random.Next(60),
                minute = random.Next(60),
                step = random.Next(1, 30),
                hour = random.Next(24);
            var expression = $"{second} {minute}/{step} {hour}-23 * * *";
            var after = Utc("2026-01-01T00:00:00").AddSeconds(random.Next(86_400));

            var expected = after.AddSeconds(1);
            while (expected.Second != second || expected.Minute < minute || (expected.Minute - minute) % step != 0 || expected.Hour < hour)
            {
                expected = expected.AddSeconds(1);
            }

            Assert.Equal(expected, CronSchedule.Parse(expression, TimeZoneInfo.Utc).Next(after));
        }
    }

    private static DateTime Utc(string text) => DateTime.SpecifyKind(DateTime.Parse(text), DateTimeKind.Utc);
}

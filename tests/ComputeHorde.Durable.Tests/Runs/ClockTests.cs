using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComputeHorde.Durable.Tests.Runs;

/// <summary>A clock that jumps, or is wrong, neither condemns jobs that are well nor buys any.</summary>
public sealed class ClockTests
{
    private static readonly DateTime Start = new(2026, 11, 28, 12, 0, 0, DateTimeKind.Utc);
    private static readonly RunPolicy Policy = new();

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(365)]
    public void TimeLeft_OurClockJumpedByDays_CountsByTheFacilitators(int days)
    {
        var attempt = Taken(Start);
        var jumped = Start.AddSeconds(30).AddDays(days);

        var left = attempt.TimeLeft(Policy, jobBoundSeconds: 100, jumped, clockOffset: TimeSpan.FromDays(-days));

        Assert.Equal(TimeSpan.FromSeconds(70), left);
    }

    [Fact]
    public void TimeLeft_ClockWasSetBackAndTheRunKeptItsTime_CountsByTheRuns() =>
        Assert.Equal(TimeSpan.FromSeconds(50), Taken(Start).TimeLeft(Policy, 100, Start.AddSeconds(50), TimeSpan.FromDays(1)));

    [Fact]
    public void TimeLeft_BoundHasPassedByTheFacilitatorsClock_IsOver()
    {
        var attempt = Taken(Start);
        Assert.Equal(
            TimeSpan.FromSeconds(-1),
            attempt.TimeLeft(Policy, 100, Start.AddDays(-3), TimeSpan.FromDays(3) + TimeSpan.FromSeconds(101))
        );
    }

    [Fact]
    public void TimeLeft_NothingIsKnownOfTheFacilitatorsClock_CountsByOurs() =>
        Assert.Equal(TimeSpan.FromSeconds(60), Taken(Start).TimeLeft(Policy, 100, Start.AddSeconds(40), clockOffset: null));

    [Theory]
    [InlineData(4 * 60, false)]
    [InlineData(-4 * 60, false)]
    [InlineData(6 * 60, true)]
    [InlineData(-86_400, true)]
    public void RequireRight_ClocksDiffer_RefusesBeyondMinutes(int seconds, bool isRefused)
    {
        var check = new ClockCheck(TimeProvider.System, NullLogger<ClockCheck>.Instance);
        var refused = Record.Exception(() => check.RequireRight(TimeSpan.FromSeconds(seconds)));
        Assert.Equal(isRefused, refused is ClockException);
    }

    [Fact]
    public void HasJumped_ClockWasSet_IsToldOnce()
    {
        var clock = new SettableClock(new DateTimeOffset(Start));
        var check = new ClockCheck(clock, NullLogger<ClockCheck>.Instance);
        clock.Pass(TimeSpan.FromHours(5));
        Assert.False(check.HasJumped());
        clock.Set(TimeSpan.FromDays(1));
        Assert.True(check.HasJumped());
        Assert.False(check.HasJumped());
        clock.Set(TimeSpan.FromHours(-2));
        Assert.True(check.HasJumped());
    }

    private static Attempt Taken(DateTime at)
    {
        var attempt = new Attempt(1);
        attempt.Apply(new JobUpdate("uuid", 1, [new StatusChange("sent", at), new StatusChange("received", at)], Failure: null), at);
        return attempt;
    }
}

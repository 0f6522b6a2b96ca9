using ComputeHorde.Durable.Checks;

namespace ComputeHorde.Durable.Tests.Checks;

/// <summary>What sampling remembers: budget, fair shares, suspicion, and their bounds.</summary>
public sealed class SampleHistoryTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Reserve_BudgetUsedUp_IsRefusedUntilTheHourIsOver()
    {
        var history = SampleHistory.Empty.Reserve(new("one", "a", 60, Noon), budget: 100)!;
        Assert.Null(history.Reserve(new("two", "a", 60, Noon.AddMinutes(59)), budget: 100));
        Assert.Equal(
            ["two"],
            history
                .Reserve(new("two", "a", 60, Noon.AddMinutes(61)), budget: 100)!
                .Reservations.Select(static reservation => reservation.JobUuid)
        );
    }

    [Fact]
    public void Reserve_TwoNamespaces_GetHalfEach()
    {
        var history = SampleHistory.Empty.Reserve(new("one", "a", 50, Noon), budget: 100)!;
        Assert.Null(history.Reserve(new("two", "b", 51, Noon), budget: 200)?.Reserve(new("three", "a", 51, Noon), budget: 200));
        Assert.NotNull(history.Reserve(new("two", "b", 50, Noon), budget: 100));
    }

    [Theory]
    [InlineData(30, false)]
    [InlineData(40, true)]
    public void Reserve_NamespaceHasALimitOfItsOwn_CountsInsteadOfTheEqualShare(double share, bool isGranted)
    {
        var history = SampleHistory.Empty.Reserve(new("one", "a", 20, Noon), budget: 100)!.Reserve(new("two", "b", 20, Noon), budget: 100)!;
        Assert.Equal(isGranted, history.Reserve(new("three", "a", 20, Noon), budget: 100, share) is not null);
    }

    [Fact]
    public void Reserve_ClockWasSetBack_ForgetsTheFuture() =>
        Assert.NotNull(
            SampleHistory.Empty.Reserve(new("one", "a", 60, Noon), budget: 100)!.Reserve(new("two", "a", 60, Noon.AddDays(-1)), budget: 100)
        );

    [Fact]
    public void Reserve_AnyNumberOfJobs_IsBounded()
    {
        var many = Enumerable
            .Range(1, SampleHistory.MaxReservations - 1)
            .Select(static job => new SampleReservation($"{job}", "a", 0, Noon));
        var history = (SampleHistory.Empty with { Reservations = [.. many] }).Reserve(new("the last", "a", 0, Noon), budget: 100)!;

        Assert.Equal(SampleHistory.MaxReservations, history.Reservations.Count);
        Assert.Null(history.Reserve(new("one more", "a", 0, Noon), budget: 100));
    }

    [Fact]
    public void With_MismatchAndCleanSamples_PutsUnderSuspicionAndLiftsIt()
    {
        var history = SampleHistory.Empty.With(new SampleVerdict("a", IsMismatch: true), cleanSamplesToTrust: 2);
        Assert.True(history.Suspects.ContainsKey("a"));
        history = history.With(new SampleVerdict("a", IsMismatch: false), 2);
        Assert.True(history.Suspects.ContainsKey("a"));
        Assert.False(history.With(new SampleVerdict("a", IsMismatch: false), 2).Suspects.ContainsKey("a"));
        Assert.True(
            history
                .With(new SampleVerdict("a", IsMismatch: true), 2)
                .With(new SampleVerdict("a", IsMismatch: false), 2)
                .Suspects.ContainsKey("a")
        );
    }

    [Fact]
    public void With_AnyNumberOfNamespaces_IsBoundedAndKeepsTheNewest()
    {
        var history = SampleHistory.Empty;
        for (var number = 0; number <= SampleHistory.MaxSuspects; number++)
        {
            history = history.With(new SampleVerdict($"{number}", IsMismatch: true), 2);
        }

        Assert.Equal(SampleHistory.MaxSuspects, history.Suspects.Count);
        Assert.True(history.Suspects.ContainsKey($"{SampleHistory.MaxSuspects}"));
    }
}

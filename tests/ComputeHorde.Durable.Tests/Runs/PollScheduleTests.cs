using Azure;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Durable.Tests.Support;
using ComputeHorde.DurableTask.Sqlite.Testing;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Tests.Runs;

/// <summary>Timers are late on a busy machine: what is due between two ticks must be asked about at the second.</summary>
public sealed class PollScheduleTests
{
    private readonly VirtualTimeProvider _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.3)]
    [InlineData(7.0)]
    [InlineData(45.0)]
    public void Due_TicksLateByUpTo_LeavesNoJobAloneForLongerThanItsIntervalAndOneTick(double lateness)
    {
        const double Shortest = 1,
            Longest = 60;
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var rhythm = Rhythm(Shortest, Longest);
        var job = JobChangedNow();
        var asked = _clock.GetUtcNow();
        Assert.Single(rhythm.Due([job], perCall: 150));
        var times = 0;
        while (_clock.GetUtcNow() - job.Changed < TimeSpan.FromHours(1))
        {
            var tick = Shortest + (lateness * random.NextDouble());
            _clock.Advance(TimeSpan.FromSeconds(tick));
            var now = _clock.GetUtcNow();
            var interval = Math.Clamp((now - job.Changed).TotalSeconds / 10, Shortest, Longest);
            if (rhythm.Due([job], perCall: 150).Count == 1)
            {
                asked = now;
                times++;
            }

            Assert.True(
                (now - asked).TotalSeconds <= interval + tick,
                $"at {now - job.Changed}: not asked for {now - asked}, interval {interval} s, tick {tick} s"
            );
        }

        // 10 at the shortest interval, 10 ln 60 while it grows, 50 at the longest: far fewer than 3,600 ticks.
        Assert.InRange(times, 40, 101);
    }

    [Fact]
    public void Due_FirstLookOfAProcess_IsEveryJob() =>
        Assert.Equal(2, Rhythm(5, 60).Due([JobChangedNow(), JobChangedNow()], perCall: 1).Count);

    [Fact]
    public void Due_NothingInFlight_IsEmpty() => Assert.Empty(Rhythm(5, 60).Due([], perCall: 150));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 150)]
    [InlineData(150, 150)]
    [InlineData(151, 300)]
    public void Due_SomeOfManyJobs_TakesAlongWhatFitsTheSameCalls(int changedLately, int expected)
    {
        var rhythm = Rhythm(5, 60);
        var silent = Enumerable.Range(0, 1_000).Select(_ => JobChangedNow()).ToArray();
        _clock.Advance(TimeSpan.FromHours(1));
        WatchedJob[] jobs = [.. silent, .. Enumerable.Range(0, changedLately).Select(_ => JobChangedNow())];
        rhythm.Due(jobs, perCall: 150);
        _clock.Advance(TimeSpan.FromSeconds(6));

        var due = rhythm.Due(jobs, perCall: 150);

        Assert.Equal(expected, due.Count);
        Assert.Equal(changedLately, due.Count(job => job.Changed > silent[0].Changed));
    }

    [Theory]
    [InlineData(-60)]
    [InlineData(-3600)]
    [InlineData(-30 * 86_400)]
    [InlineData(86_400)]
    public void Due_ClockWasSet_LeavesNoJobAloneForLongerThanTheLongestInterval(int seconds)
    {
        var clock = new SettableClock(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var rhythm = Rhythm(5, 60, clock);
        var job = new WatchedJob(new AttemptKey("run", 1), "uuid", 1, clock.GetUtcNow(), ETag.All);
        rhythm.Due([job], perCall: 1);
        clock.Set(TimeSpan.FromSeconds(seconds));
        var silent = 0;
        for (var tick = 0; tick < 720; tick++)
        {
            clock.Pass(TimeSpan.FromSeconds(5));
            silent = rhythm.Due([job], perCall: 1).Count == 1 ? 0 : silent + 5;
            Assert.True(silent <= 60, $"not asked for {silent} s, {tick} ticks after the clock was set");
        }
    }

    private PollSchedule Rhythm(double shortest, double longest, TimeProvider? clock = null) =>
        new(Options.Create(new DurableOptions { PollIntervalSeconds = shortest, MaxPollIntervalSeconds = longest }), clock ?? _clock);

    private WatchedJob JobChangedNow() => new(new AttemptKey("run", 1), "uuid", 1, _clock.GetUtcNow(), ETag.All);
}

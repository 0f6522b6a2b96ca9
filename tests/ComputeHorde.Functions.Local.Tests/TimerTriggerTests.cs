using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Functions.Local.Tests;

public sealed class TimerTriggerTests(StorageFixture storage)
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 30, TimeSpan.Zero);

    private readonly Recorder _recorder = new();
    private readonly ObservedTime _clock = new(Start);

    [Theory]
    [InlineData("0 */5 * * * *", 270)]
    [InlineData("00:05:00", 300)]
    public async Task Timer_EachOccurrence_RunsOnce(string schedule, int secondsToFirst)
    {
        await using var host = await StartAsync(schedule);
        await SleepingAsync();

        _clock.Advance(TimeSpan.FromSeconds(secondsToFirst - 1));
        Assert.Empty(_recorder.Calls("TimerOnSchedule"));
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync(() => _recorder.Calls("TimerOnSchedule").Length == 1, "the timer ran once");
        await SleepingAsync();
        _clock.Advance(TimeSpan.FromMinutes(5));
        await Eventually.TrueAsync(() => _recorder.Calls("TimerOnSchedule").Length == 2, "the timer ran twice");

        var info = (TimerInfo)_recorder.Calls("TimerOnSchedule")[1]!;
        Assert.False(info.IsPastDue);
        Assert.Equal(Start.AddSeconds(secondsToFirst).UtcDateTime, info.ScheduleStatus!.Last);
        Assert.Equal(Start.AddSeconds(secondsToFirst + 300).UtcDateTime, info.ScheduleStatus.Next);
    }

    [Fact]
    public async Task Timer_TimeZoneSet_RunsByItsClocks()
    {
        await using var host = await StartAsync("0 0 12 * * *", zone: "Asia/Tokyo");
        await SleepingAsync();

        _clock.Advance(TimeSpan.FromHours(3));
        await Eventually.TrueAsync(() => _recorder.Calls("TimerOnSchedule").Length == 1, "the timer ran");
    }

    [Fact]
    public async Task Timer_OccurrenceMissedWhileDown_RunsPastDueOnceAtTheNextStart()
    {
        using var data = new TempDirectory();
        await using (await StartAsync("0 0 * * * *", data.Path))
        {
            await SleepingAsync();
        }

        _clock.Advance(TimeSpan.FromHours(5));

        await using (await StartAsync("0 0 * * * *", data.Path))
        {
            await Eventually.TrueAsync(() => _recorder.Calls("TimerOnSchedule").Length == 1, "the timer ran once");
            var missed = (TimerInfo)_recorder.Calls("TimerOnSchedule")[0]!;
            Assert.True(missed.IsPastDue);
            Assert.Equal(new DateTime(2026, 1, 1, 1, 0, 0, DateTimeKind.Utc), missed.ScheduleStatus!.Next);
            await SleepingAsync();
            _clock.Advance(TimeSpan.FromHours(1));
            await Eventually.TrueAsync(() => _recorder.Calls("TimerOnSchedule").Length == 2, "the timer ran on its schedule");
            Assert.Equal(Start.AddHours(5).UtcDateTime, ((TimerInfo)_recorder.Calls("TimerOnSchedule")[1]!).ScheduleStatus!.Last);
            await SleepingAsync();
        }

        await using (await StartAsync("0 0 * * * *", data.Path))
        {
            await SleepingAsync();
        }

        Assert.Equal(2, _recorder.Calls("TimerOnSchedule").Length);
    }

    [Fact]
    public async Task Timer_RunCutOffByTheHostsStop_RunsAgainAtTheNextStart()
    {
        using var data = new TempDirectory();
        _recorder.Behaviour = (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation);
        await using (await StartAsync("0 0 * * * *", data.Path))
        {
            await SleepingAsync();
            _clock.Advance(TimeSpan.FromHours(1));
            await Eventually.TrueAsync(() => _recorder.Calls("TimerOnSchedule").Length == 1, "the timer ran");
        }

        _recorder.Behaviour = (_, _) => Task.CompletedTask;
        await using (await StartAsync("0 0 * * * *", data.Path))
        {
            await Eventually.TrueAsync(() => _recorder.Calls("TimerOnSchedule").Length == 2, "the timer ran again");
        }

        Assert.True(((TimerInfo)_recorder.Calls("TimerOnSchedule")[1]!).IsPastDue);
    }

    [Fact]
    public async Task Timer_RunLongerThanItsInterval_DoesNotOverlapAndMakesUpForWhatItMissedOnce()
    {
        var release = new TaskCompletionSource();
        _recorder.Behaviour = (_, _) => release.Task;
        await using var host = await StartAsync("0 */1 * * * *");
        await SleepingAsync();
        _clock.Advance(TimeSpan.FromSeconds(30));
        await Eventually.TrueAsync(() => _recorder.Calls("TimerOnSchedule").Length == 1, "the timer ran once");

        _clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Single(_recorder.Calls("TimerOnSchedule"));
        release.SetResult();
        await Eventually.TrueAsync(() => _recorder.Calls("TimerOnSchedule").Length == 2, "the timer made up for what it had missed");
        await SleepingAsync();
        Assert.Equal(2, _recorder.Calls("TimerOnSchedule").Length);
        _clock.Advance(TimeSpan.FromMinutes(1));

        await Eventually.TrueAsync(() => _recorder.Calls("TimerOnSchedule").Length == 3, "the timer ran on its schedule");
    }

    [Fact]
    public async Task Timer_IntervalAndARunThatTakesTime_CountsFromTheBeginningOfTheRun()
    {
        var release = new TaskCompletionSource();
        _recorder.Behaviour = (_, _) => release.Task;
        await using var host = await StartAsync("00:05:00");
        await SleepingAsync();
        _clock.Advance(TimeSpan.FromMinutes(5));
        await Eventually.TrueAsync(() => _recorder.Calls("TimerOnSchedule").Length == 1, "the timer ran once");

        _clock.Advance(TimeSpan.FromMinutes(2));
        release.SetResult();
        await SleepingAsync();
        _clock.Advance(TimeSpan.FromMinutes(3));

        await Eventually.TrueAsync(() => _recorder.Calls("TimerOnSchedule").Length == 2, "the timer ran twice");
        Assert.Equal(Start.AddMinutes(10).UtcDateTime, ((TimerInfo)_recorder.Calls("TimerOnSchedule")[1]!).ScheduleStatus!.Next);
    }

    [Theory]
    [InlineData("*/2 * * * * *", -3600)]
    [InlineData("00:00:02", -3600)]
    [InlineData("00:00:02", 86_400)]
    public async Task Timer_ClockSet_GoesOnAfterTheTimeThatReallyPasses(string schedule, int seconds)
    {
        await using var host = await StartAsync(schedule);
        await SleepingAsync();

        _clock.AdjustTime(_clock.GetUtcNow().AddSeconds(seconds));
        for (var run = 1; run <= 3; run++)
        {
            await SleepingAsync();
            Assert.Equal(run - 1, _recorder.Calls("TimerOnSchedule").Length);
            await PassAsync(TimeSpan.FromSeconds(2));
            await Eventually.TrueAsync(() => _recorder.Calls("TimerOnSchedule").Length == run, "the timer ran");
        }
    }

    [Theory]
    [InlineData(12, 13)] // past the occurrence, which is made up for at once
    [InlineData(11, 12)] // just before it
    public async Task Timer_ClockSetForward_RunsByTheNewTime(int setTo, int ranBy)
    {
        await using var host = await StartAsync("0 0 12 * * *");
        await SleepingAsync();

        _clock.AdjustTime(new DateTimeOffset(2026, 1, 1, setTo, 30, 0, TimeSpan.Zero));
        for (var minute = 0; minute < 31 && _recorder.Calls("TimerOnSchedule").Length == 0; minute++)
        {
            await PassAsync(TimeSpan.FromMinutes(1));
        }

        await Eventually.TrueAsync(() => _recorder.Calls("TimerOnSchedule").Length == 1, "the timer ran");
        Assert.InRange(_clock.GetUtcNow().TimeOfDay, TimeSpan.FromHours(12), TimeSpan.FromHours(ranBy));
    }

    [Fact]
    public async Task Timer_StatusFromAClockThatWasSetBack_HoldsNothingUp()
    {
        using var data = new TempDirectory();
        await using (await StartAsync("0 */5 * * * *", data.Path))
        {
            await SleepingAsync();
        }

        _clock.AdjustTime(Start.AddHours(-3));
        await using var host = await StartAsync("0 */5 * * * *", data.Path);
        await SleepingAsync();
        _clock.Advance(TimeSpan.FromSeconds(270));

        await Eventually.TrueAsync(() => _recorder.Calls("TimerOnSchedule").Length == 1, "the timer ran");
    }

    [Fact]
    public async Task Timer_FunctionThrows_RunsAgainAtTheNextOccurrence()
    {
        _recorder.Behaviour = (_, _) => throw new InvalidOperationException("no");
        await using var host = await StartAsync("0 */1 * * * *");

        for (var run = 1; run <= 3; run++)
        {
            await SleepingAsync();
            _clock.Advance(TimeSpan.FromMinutes(1));
            await Eventually.TrueAsync(() => _recorder.Calls("TimerOnSchedule").Length == run, "the timer ran again");
        }
    }

    [Fact]
    public async Task Timer_RunOnStartup_RunsWhenTheHostStarts()
    {
        await using var host = await TestHost.StartAsync(storage.ConnectionString, ["TimerOnStartup"], setup => setup.Recorder = _recorder);

        await Eventually.TrueAsync(() => _recorder.Calls("TimerOnStartup").Length == 1, "the timer ran at startup");
    }

    /// <summary>The listener waits on the clock.</summary>
    private Task SleepingAsync() => Eventually.TrueAsync(() => _clock.Waiting > 0, "the listener waits on the clock");

    /// <summary>Lets time pass, and the listener see it.</summary>
    private async Task PassAsync(TimeSpan time)
    {
        var begun = _clock.Begun;
        _clock.Advance(time);
        await Eventually.TrueAsync(() => _clock.Begun > begun, "the listener waits anew");
    }

    private Task<TestHost> StartAsync(string schedule, string? data = null, string? zone = null) =>
        TestHost.StartAsync(
            storage.ConnectionString,
            ["TimerOnSchedule"],
            setup =>
            {
                setup.Recorder = _recorder;
                setup.TimeProvider = _clock;
                setup.DataDirectory = data;
                setup.DrainTimeout = TimeSpan.FromMilliseconds(100);
                setup.Settings["TestSchedule"] = schedule;
                setup.Settings["WEBSITE_TIME_ZONE"] = zone;
            }
        );
}

using System.Net;
using ComputeHorde.Durable.Tests.Support;
using ComputeHorde.DurableTask.Sqlite.Testing;
using ComputeHorde.Functions.Local;

namespace ComputeHorde.Durable.Tests.Runs;

/// <summary>Hours in seconds: functions and emulator share one virtual clock.</summary>
public sealed class LongJobTests
{
    private const int PollSeconds = 30;

    [Fact]
    public async Task Run_SixHours_KeepsItsHistoryShortAndPollsOnceAnInterval()
    {
        var clock = VirtualHorde.NewClock();
        await using var horde = await StartAsync(clock, TimeSpan.FromHours(6));
        var job = Jobs.Sha256("six hours", "/output/report.txt");
        job["execution_time_limit_sec"] = 30_000;
        job["upload_time_limit_sec"] = 3_600;
        using var answer = await horde.PostAsync("jobs", job, "long");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);

        var run = await horde.EndOfAsync("jobs/long");
        Assert.True((string?)run["status"] == "completed", run.ToJsonString());
        var history = run["outcome"]!["attempts"]![0]!["history"]!.AsArray();
        var duration = (DateTimeOffset)history[^1]!["at"]! - (DateTimeOffset)history[0]!["at"]!;
        Assert.True(duration > TimeSpan.FromHours(6), $"{duration}");
        Assert.True(history.Count >= 7, $"{history.Count} status changes");
        Assert.InRange(horde.Functions.TaskHub.CountHistoryEvents("long")!.Value, 1, 60);
        Assert.Equal(1, horde.Emulator.Counters.Creates);
        Assert.True(
            horde.Emulator.Counters.ListCalls <= (duration.TotalSeconds / PollSeconds) + 1,
            $"{horde.Emulator.Counters.ListCalls} list calls in {duration}"
        );
    }

    [Fact]
    public async Task Run_JobIsStuck_TriesAgainAfterItsBoundAndUsesALateCompletion()
    {
        var clock = VirtualHorde.NewClock();
        await using var horde = await StartAsync(clock, TimeSpan.FromSeconds(5));
        horde.Emulator.SetBehaviourForTag("stuck#", "stuck:accepted,ok");
        using var answer = await horde.PostAsync("jobs", Jobs.Sha256("stuck"), "stuck");
        var run = await horde.EndOfAsync("jobs/stuck");
        Assert.True((string?)run["status"] == "completed", run.ToJsonString());
        Assert.Equal("stuck", (string?)run["outcome"]!["attempts"]![0]!["failure"]!["class"]);
        Assert.Equal(2, horde.Emulator.Counters.Creates);
    }

    private static Task<HordeFixture> StartAsync(VirtualTimeProvider clock, TimeSpan execution) =>
        HordeFixture.StartAsync(
            new HordeFixtureOptions
            {
                TimeProvider = clock,
                InMemory = true,
                Emulator = emulator =>
                {
                    clock.Drive(emulator);
                    emulator.StageDurations.Execution = execution;
                },
                Settings = new Dictionary<string, string?>
                {
                    ["ComputeHorde__PollIntervalSeconds"] = $"{PollSeconds}",
                    ["ComputeHordePollSchedule"] = TimeSpan.FromSeconds(PollSeconds).ToString("c"),
                },
            }
        );
}

using System.Net;
using ComputeHorde.Durable.Tests.Support;

namespace ComputeHorde.Durable.Tests.Runs;

/// <summary>What polling costs, and what it survives.</summary>
public sealed class PollJobsTests
{
    [Fact]
    public async Task Poll_ThousandJobsInFlight_TakesSevenListCalls()
    {
        const int Jobs = 1_000;
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true, Settings = Slow });
        horde.Emulator.SetBehaviourForImage("sha256", "stuck:accepted");
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Jobs),
            new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = TestContext.Current.CancellationToken },
            async (number, _) =>
            {
                using var answer = await horde.PostAsync("jobs", Support.Jobs.Sha256($"{number}"), $"many-{number}");
                Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            }
        );
        await Eventually.TrueAsync(() => horde.Emulator.Counters.Creates == Jobs, "all jobs were bought");
        var (polls, calls) = (Polls(horde), horde.Emulator.Counters.ListCalls);
        await Eventually.TrueAsync(() => Polls(horde) >= polls + 3, "three polls ran", everyMilliseconds: 200);
        Assert.True(
            horde.Emulator.Counters.ListCalls - calls <= (Polls(horde) - polls + 1) * 7,
            $"{horde.Emulator.Counters.ListCalls - calls} list calls in {Polls(horde) - polls} polls"
        );
    }

    [Fact]
    public async Task Poll_NothingInFlight_AsksNobody()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        await Eventually.TrueAsync(() => Polls(horde) > 3, "the timer ran");
        Assert.Equal(0, horde.Emulator.Counters.ListCalls);
    }

    [Fact]
    public async Task Poll_OneJobSpoilsThePage_TheOthersAreToldAllTheSame()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        horde.Emulator.SetBehaviourForTag("poison#", "status:unknown+slow:20");
        using var poison = await horde.PostAsync("jobs", Support.Jobs.Sha256("poison"), "poison");
        await Eventually.TrueAsync(() => horde.Emulator.Counters.Creates == 1, "the poison was bought");
        for (var number = 0; number < 5; number++)
        {
            using var answer = await horde.PostAsync("jobs", Support.Jobs.Sha256($"{number}"), $"good-{number}");
        }

        for (var number = 0; number < 5; number++)
        {
            Assert.Equal("completed", (string?)(await horde.EndOfAsync($"jobs/good-{number}"))["status"]);
        }
    }

    private static readonly Dictionary<string, string?> Slow = new()
    {
        ["ComputeHorde__PollIntervalSeconds"] = "1",
        ["ComputeHordePollSchedule"] = "00:00:01",
    };

    private static int Polls(HordeFixture horde) =>
        horde.Log.Lines.Count(static line => line.Text.StartsWith("Executed 'PollJobs'", StringComparison.Ordinal));
}

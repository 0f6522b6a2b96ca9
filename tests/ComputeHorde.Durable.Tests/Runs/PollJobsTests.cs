using System.Net;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Durable.Tests.Support;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

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

    [Fact]
    public async Task Poll_FallbackProviderOfOneJobIsNotSetAnyMore_PollsTheOthersAndKeepsWatchingIt()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        var services = horde.Functions.Services;
        var rented = new AttemptKey("rented", 1);
        await services.GetRequiredService<WatchList>().AddAsync(rented, Rented, seen: 0, TestContext.Current.CancellationToken);

        await ActivatorUtilities
            .CreateInstance<PollJobs>(services)
            .RunAsync(new TimerInfo(), horde.Functions.Client, TestContext.Current.CancellationToken);

        using var answer = await horde.PostAsync("jobs", Support.Jobs.Sha256("other"), "other");
        Assert.Equal("completed", (string?)(await horde.EndOfAsync("jobs/other"))["status"]);
        Assert.Contains(horde.Log.Lines, static line => line.Text.Contains("ComputeHorde__FallbackProvider", StringComparison.Ordinal));
        Assert.Equal([rented.Path], await horde.ListAsync(ContainerNames.InFlight));
    }

    [Fact]
    public async Task Run_FallbackProviderIsNotSetAnyMore_WaitsForItsMachineAndForNothingElse()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        var services = horde.Functions.Services;
        var (rented, only) = (new AttemptKey("rented", 1), new AttemptKey("only-tried", 1));
        var claims = services.GetRequiredService<AttemptClaims>();
        var claim = await claims.ClaimAsync(rented, DateTimeOffset.MaxValue, TestContext.Current.CancellationToken);
        await claims.NoteRequestAsync(claim!, TestContext.Current.CancellationToken);

        var look = await ActivatorUtilities
            .CreateInstance<LookAtJob>(services)
            .RunAsync(new LookAtJobInput(Rented, 1), TestContext.Current.CancellationToken);
        var bought = await BuyAsync(rented);
        var settled = await SettleAsync(rented);
        var tried = await BuyAsync(only);
        var triedInVain = await SettleAsync(only);

        Assert.Contains("ComputeHorde__FallbackProvider", look.Problem, StringComparison.Ordinal);
        Assert.Equal((BuyStatus.Unreachable, true), (bought.Status, bought.IsInDoubt));
        Assert.Contains("ComputeHorde__FallbackProvider", settled.NotNow, StringComparison.Ordinal);
        Assert.Equal((BuyStatus.NoMachine, null), (tried.Status, triedInVain.NotNow));

        Task<BuyJobOutcome> BuyAsync(AttemptKey key) =>
            ActivatorUtilities
                .CreateInstance<BuyJob>(services)
                .RunAsync(
                    new BuyJobInput(key, key.InstanceId, "", TimeProvider.System.GetUtcNow(), 60) { OnFallback = true },
                    TestContext.Current.CancellationToken
                );

        Task<SettleOutcome> SettleAsync(AttemptKey key) =>
            ActivatorUtilities
                .CreateInstance<SettleRun>(services)
                .RunAsync(new SettleInput(key, 1) { OnFallback = [1], IsFinal = true }, TestContext.Current.CancellationToken);
    }

    private const string Rented = "ch-abcdef-0123456789abcdef";

    private static readonly Dictionary<string, string?> Slow = new()
    {
        ["ComputeHorde__PollIntervalSeconds"] = "1",
        ["ComputeHordePollSchedule"] = "00:00:01",
    };

    private static int Polls(HordeFixture horde) =>
        horde.Log.Lines.Count(static line => line.Text.StartsWith("Executed 'PollJobs'", StringComparison.Ordinal));
}

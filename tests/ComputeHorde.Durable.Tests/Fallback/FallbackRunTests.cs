using System.Text.Json.Nodes;
using ComputeHorde.Durable.Tests.Support;
using ComputeHorde.DurableTask.Sqlite.Testing;
using ComputeHorde.Fallback;
using ComputeHorde.FallbackEmulator;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeHorde.Durable.Tests.Fallback;

/// <summary>
/// Runs that go to another cloud, and those that do not. Whatever happens, no machine is left, and none has cost more than was computed
/// before.
/// </summary>
public sealed class FallbackRunTests
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Run_ComputeHordeIsAwayForAnHour_CompletesOnFallbackWhereAllowed_AndNewRunsGoBack()
    {
        var clock = VirtualHorde.NewClock();
        await using var cloud = await CloudEmulator.StartAsync(options => options.Busy = clock.Busy, TestContext.Current.CancellationToken);
        await using var horde = await StartAsync(clock, cloud);
        horde.Emulator.Faults = new() { ErrorRate = 1, ErrorStatus = 503 };
        await using var back = clock.CreateTimer(_ => horde.Emulator.Faults = new(), null, TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan);

        using var allowed = await horde.PostAsync(
            "jobs",
            Job(cloud, "echo \"on $CH_OUTPUT\" | sed 's|/.*||'; printf made >\"$CH_OUTPUT/x.bin\"", "on_unavailable", "/output/x.bin"),
            "allowed"
        );
        using var waits = await horde.PostAsync("jobs", Jobs.Sha256("waits"), "waits");
        var run = await horde.EndOfAsync("jobs/allowed");
        var waited = await horde.EndOfAsync("jobs/waits");
        using var later = await horde.PostAsync("jobs", With(Jobs.Sha256("later"), "on_unavailable"), "later");
        var after = await horde.EndOfAsync("jobs/later");

        Assert.True((string?)run["status"] == "completed", run.ToJsonString());
        var outcome = run["outcome"]!;
        var fallback = outcome["fallback"]!;
        Assert.Equal(("runpod", 0.24m), ((string?)fallback["provider"], (decimal)fallback["usd_per_hour"]!));
        Assert.InRange((decimal)fallback["cost_usd"]!, 0.000001m, (decimal)fallback["cost_bound_usd"]!);
        Assert.Equal((1, 1), ((int)outcome["paid_attempts"]!, (int)outcome["result"]!["outputs"]!));
        Assert.Equal(
            "on \n",
            await horde.Http.GetStringAsync(
                new Uri("jobs/allowed/result?part=stdout", UriKind.Relative),
                TestContext.Current.CancellationToken
            )
        );
        Assert.All(
            [waited, after],
            static other =>
                Assert.True((string?)other["status"] == "completed" && other["outcome"]!["fallback"] is null, other.ToJsonString())
        );
        Assert.Equal(2, horde.Emulator.Counters.Creates);
        AssertSettled(cloud, horde, machines: 1);
    }

    [Fact]
    public async Task Run_WhoseAttemptsAllFailed_CompletesOnFallback()
    {
        var clock = VirtualHorde.NewClock();
        await using var cloud = await CloudEmulator.StartAsync(options => options.Busy = clock.Busy, TestContext.Current.CancellationToken);
        await using var horde = await StartAsync(clock, cloud);
        horde.Emulator.SetBehaviourForTag("failed#", "horde_failed:executor_spinup_failed");
        horde.Emulator.SetBehaviourForTag("given-up#", "horde_failed:executor_spinup_failed");

        using var failed = await horde.PostAsync("jobs", Job(cloud, "echo done", "after_attempts"), "failed");
        using var givenUp = await horde.PostAsync("jobs", Job(cloud, "echo never", "on_unavailable"), "given-up");
        var run = await horde.EndOfAsync("jobs/failed");
        var other = await horde.EndOfAsync("jobs/given-up");

        Assert.True((string?)run["status"] == "completed" && run["outcome"]!["fallback"] is not null, run.ToJsonString());
        Assert.Equal(4, (int)run["outcome"]!["paid_attempts"]!);
        Assert.True((string?)other["status"] == "failed" && (int)other["outcome"]!["paid_attempts"]! == 3, other.ToJsonString());
        AssertSettled(cloud, horde, machines: 1);
    }

    [Fact]
    public async Task Run_WhenTheDaysMoneyIsSpent_EndsAndSaysSo()
    {
        var clock = VirtualHorde.NewClock();
        await using var cloud = await CloudEmulator.StartAsync(options => options.Busy = clock.Busy, TestContext.Current.CancellationToken);
        await using var horde = await StartAsync(clock, cloud, ("ComputeHorde__FallbackMaxUsdPerDay", "0.12"));
        horde.Emulator.SetBehaviourForTag("first#", "rejected:no_miner_for_job");
        horde.Emulator.SetBehaviourForTag("second#", "rejected:no_miner_for_job");
        horde.Emulator.SetBehaviourForTag("dear#", "rejected:no_miner_for_job");

        using var first = await horde.PostAsync("jobs", Job(cloud, "sleep 1", "on_unavailable"), "first");
        Assert.Equal("completed", (string?)(await horde.EndOfAsync("jobs/first"))["status"]);
        var today = TimeProvider.System.GetUtcNow();
        foreach (var day in new[] { today, today.AddDays(1) })
        {
            await horde.UploadAsync("fallback", $"budget/{day:yyyy-MM-dd}.json", """{"ch-others":0.1}""");
        }

        using var second = await horde.PostAsync("jobs", Job(cloud, "sleep 1", "on_unavailable"), "second");
        var dear = Job(cloud, "sleep 1", "on_unavailable");
        dear["policy"]!["fallback_max_usd"] = 0.001;
        using var third = await horde.PostAsync("jobs", dear, "dear");
        var run = await horde.EndOfAsync("jobs/second");
        var tooDear = await horde.EndOfAsync("jobs/dear");

        Assert.True(run["outcome"]?["failure"] is not null, run.ToJsonString());
        Assert.Equal(
            ("failed", "rejected", "fallback_budget"),
            ((string?)run["status"], (string?)run["outcome"]!["failure"]!["class"], (string?)run["outcome"]!["failure"]!["reason"])
        );
        Assert.Contains("ComputeHorde__FallbackMaxUsdPerDay", (string?)run["outcome"]!["failure"]!["message"], StringComparison.Ordinal);
        Assert.Equal("price_above_cap", (string?)tooDear["outcome"]!["failure"]!["reason"]);
        AssertSettled(cloud, horde, machines: 1);
    }

    [Fact]
    public async Task Run_CancelledWhileItsMachineWorks_EndsTheMachine_EvenWhenTheProviderFailsAtFirst()
    {
        await using var cloud = await CloudEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var horde = await StartAsync(TimeProvider.System, cloud);
        horde.Emulator.SetBehaviourForTag("cancelled#", "rejected:no_miner_for_job");
        var job = Job(cloud, "sleep 600", "on_unavailable");
        job["policy"]!["capacity_timeout_seconds"] = 0;
        using var answer = await horde.PostAsync("jobs", job, "cancelled");
        await Eventually.TrueAsync(() => cloud.Machines.Sum(static machine => machine.Executions) == 1, "the job runs on its machine");
        cloud.Faults.FailedDeletes = 6;
        using var cancel = await horde.PostAsync("jobs/cancelled/cancel");
        var run = await horde.EndOfAsync("jobs/cancelled");

        Assert.Equal("cancelled", (string?)run["status"]);
        Assert.NotNull(run["outcome"]!["attempts"]![0]!["fallback"]!["cost_usd"]);
        AssertSettled(cloud, horde, machines: 1);
    }

    [Fact]
    public async Task Request_ForAFallbackThatIsNotSetUp_IsWarnedOf()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        using var bad = await horde.PostAsync("jobs", With(Jobs.Sha256("x"), "sometimes"), "bad");
        using var good = await horde.PostAsync("jobs", With(Jobs.Sha256("x"), "after_attempts"), "good");

        Assert.Equal(400, (int)bad.StatusCode);
        Assert.Contains(
            "policy.fallback",
            await bad.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "ComputeHorde__FallbackProvider",
            (await horde.EndOfAsync("jobs/good"))["warnings"]!.ToJsonString(),
            StringComparison.Ordinal
        );
    }

    private static async Task<HordeFixture> StartAsync(
        TimeProvider clock,
        CloudEmulator cloud,
        params (string Name, string Value)[] settings
    )
    {
        var all = new Dictionary<string, string?>
        {
            ["ComputeHorde__FallbackProvider"] = "runpod",
            ["ComputeHorde__RunPodApiKey"] = cloud.Options.RunPodKey,
            ["ComputeHorde__RunPodUrl"] = cloud.RunPod.AbsoluteUri,
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        void Services(IServiceCollection services) =>
            services.AddSingleton(new FallbackOptions { InsecureRegistries = [cloud.Registry], ListInterval = TimeSpan.FromSeconds(1) });
        return clock is VirtualTimeProvider virtualClock
            ? await VirtualHorde.StartAsync(virtualClock, Poll, Services, all)
            : await HordeFixture.StartAsync(
                new HordeFixtureOptions
                {
                    InMemory = true,
                    Services = Services,
                    Settings = all,
                }
            );
    }

    private static JsonObject Job(CloudEmulator cloud, string line, string fallback, params string[] outputs) =>
        With(
            new JsonObject
            {
                ["executor_class"] = "always_on.test",
                ["docker_image"] = $"{cloud.Registry}/tools/shell:1",
                ["args"] = new JsonArray("/bin/sh", "-c", line),
                ["outputs"] = new JsonArray([.. outputs.Select(static path => JsonValue.Create(path))]),
                ["download_time_limit_sec"] = 30,
                ["execution_time_limit_sec"] = 60,
                ["upload_time_limit_sec"] = 30,
            },
            fallback
        );

    private static JsonObject With(JsonObject job, string fallback)
    {
        job["policy"] = new JsonObject { ["fallback"] = fallback, ["capacity_timeout_seconds"] = 600 };
        return job;
    }

    private static void AssertSettled(CloudEmulator cloud, HordeFixture horde, int machines)
    {
        Assert.Empty(cloud.Costing);
        Assert.Equal(machines, cloud.Machines.Count);
        Assert.All(cloud.Machines, static machine => Assert.InRange(machine.Executions, 0, 1));
        Assert.All(
            horde.Log.Lines,
            line =>
                Assert.False(
                    line.Text.Contains("sig=", StringComparison.Ordinal)
                        || line.Text.Contains(cloud.Options.RunPodKey, StringComparison.Ordinal),
                    line.Text
                )
        );
    }
}

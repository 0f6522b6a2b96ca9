using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Functions.Local;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Durable.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeHorde.Durable.Tests.Runs;

/// <summary>Whatever happens between us and the facilitator: at most one paid job an attempt.</summary>
public sealed class PayOnceTests
{
    [Fact]
    public async Task CreateJob_RunsManyTimesAtOnce_BuysOneJob()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true, Emulator = static emulator => emulator.Faults = new() { LatencyMs = 50 } });
        var services = horde.Functions.Services;
        var content = BinaryData.FromString(Jobs.Sha256("once", "/output/report.txt").ToJsonString());
        var hash = await services.GetRequiredService<RequestStore>().SaveAsync("once", content, TestContext.Current.CancellationToken);
        var input = new BuyJobInput(new AttemptKey("once", 1), "once", hash!);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ =>
            Task.Run(() => ActivatorUtilities.CreateInstance<BuyJob>(services).RunAsync(input, TestContext.Current.CancellationToken))));
        Assert.Single(outcomes.Select(static outcome => outcome.Update!.JobUuid).Distinct());
        Assert.Equal(1, horde.Emulator.Counters.Creates);
    }

    [Fact]
    public async Task CreateJob_AnotherProcessStartedAMomentAgo_WaitsInsteadOfBuying()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true, Settings = new Dictionary<string, string?> { ["ComputeHorde__CreateFenceSeconds"] = "3600" } });
        var services = horde.Functions.Services;
        var content = BinaryData.FromString(Jobs.Sha256("fenced").ToJsonString());
        var hash = await services.GetRequiredService<RequestStore>().SaveAsync("fenced", content, TestContext.Current.CancellationToken);
        var key = new AttemptKey("fenced", 1);
        var claim = await horde.UploadAsync(ContainerNames.InFlight, key.Path, "");
        await claim.SetMetadataAsync(
            new Dictionary<string, string> { ["owner"] = "another", ["claimed"] = $"{TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()}" }, cancellationToken: TestContext.Current.CancellationToken);
        var outcome = await ActivatorUtilities.CreateInstance<BuyJob>(services).RunAsync(new BuyJobInput(key, "fenced", hash!), TestContext.Current.CancellationToken);
        Assert.True(outcome is { Update: null, IsTransient: true });
        Assert.Equal(0, horde.Emulator.Counters.CreateCalls);
    }

    [Fact]
    public async Task CreateJob_RequestWasChangedAfterwards_BuysNothing()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        var services = horde.Functions.Services;
        await horde.UploadAsync(ContainerNames.Requests, "changed.json", Jobs.Sha256("something else").ToJsonString());
        await Assert.ThrowsAsync<InvalidDataException>(() => ActivatorUtilities.CreateInstance<BuyJob>(services)
            .RunAsync(new BuyJobInput(new AttemptKey("changed", 1), "changed", new string('0', 64)), TestContext.Current.CancellationToken));
        Assert.Equal(0, horde.Emulator.Counters.CreateCalls);
    }

    [Fact]
    public async Task Run_EveryCreateAnswerIsLost_PaysEachAttemptOnce()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        horde.Emulator.SetBehaviourForTag("dropped#", "drop+rejected:busy,stored-error+rejected:busy,drop");
        var job = Jobs.Sha256("dropped");
        job["policy"] = new System.Text.Json.Nodes.JsonObject { ["backoff_seconds"] = 0.05 };
        using var answer = await horde.PostAsync("jobs", job, "dropped");
        var run = await horde.EndOfAsync("jobs/dropped");
        Assert.Equal("completed", (string?)run["status"]);
        Assert.Equal(["dropped#1", "dropped#2", "dropped#3"], horde.Emulator.Counters.PaidCreatesByTag.Keys.Order(StringComparer.Ordinal));
        Assert.All(horde.Emulator.Counters.PaidCreatesByTag, static tag => Assert.Equal(1, tag.Value));
    }

    [Fact]
    public async Task Host_SecondOnOneTaskHub_IsRefused()
    {
        await using var horde = await HordeFixture.StartAsync();
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => LocalFunctionsHost.StartAsync(
            new LocalFunctionsHostOptions
            {
                FunctionAssemblies = [typeof(DurableServices).Assembly],
                ContentRoot = HordeFixture.RepositoryRoot(),
                DataDirectory = horde.DataDirectory,
                StorageConnectionString = horde.Storage,
                Port = 0,
                Settings = new Dictionary<string, string?>
                {
                    ["ComputeHorde:FacilitatorUrl"] = horde.Emulator.BaseAddress.AbsoluteUri,
                    ["ComputeHorde:ValidatorHotkey"] = horde.Emulator.ValidatorHotkey,
                    ["ComputeHorde:HotkeySecret"] = "//Alice",
                    ["ComputeHordePollSchedule"] = "00:00:01",
                    ["ComputeHordeSweepSchedule"] = "0 0 0 1 1 *",
                },
                Configure = static builder => builder.Services.AddComputeHordeDurable(builder.Configuration),
            },
            TestContext.Current.CancellationToken));
        Assert.Contains(horde.DataDirectory, refused.Message, StringComparison.Ordinal);
    }
}

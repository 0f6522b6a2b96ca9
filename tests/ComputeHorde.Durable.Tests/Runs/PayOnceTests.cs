using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Durable.Tests.Support;
using ComputeHorde.Functions.Local;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeHorde.Durable.Tests.Runs;

/// <summary>Whatever happens between us and the facilitator: at most one paid job an attempt.</summary>
public sealed class PayOnceTests
{
    [Fact]
    public async Task CreateJob_RunsManyTimesAtOnce_BuysOneJob()
    {
        await using var horde = await HordeFixture.StartAsync(
            new HordeFixtureOptions { InMemory = true, Emulator = static emulator => emulator.Faults = new() { LatencyMs = 50 } }
        );
        var services = horde.Functions.Services;
        var content = BinaryData.FromString(Jobs.Sha256("once", "/output/report.txt").ToJsonString());
        var hash = await services.GetRequiredService<RequestStore>().SaveAsync("once", content, TestContext.Current.CancellationToken);
        var input = Input("once", hash!);
        var outcomes = await Task.WhenAll(
            Enumerable
                .Range(0, 6)
                .Select(_ =>
                    Task.Run(() =>
                        ActivatorUtilities.CreateInstance<BuyJob>(services).RunAsync(input, TestContext.Current.CancellationToken)
                    )
                )
        );
        Assert.Single(outcomes.Select(static outcome => outcome.Update!.JobUuid).Distinct());
        Assert.Equal(1, horde.Emulator.Counters.Creates);
    }

    [Fact]
    public async Task CreateJob_AnotherProcessStartedAMomentAgo_WaitsInsteadOfBuying()
    {
        await using var horde = await HordeFixture.StartAsync(
            new HordeFixtureOptions
            {
                InMemory = true,
                Settings = new Dictionary<string, string?> { ["ComputeHorde__CreateFenceSeconds"] = "3600" },
            }
        );
        var services = horde.Functions.Services;
        var content = BinaryData.FromString(Jobs.Sha256("fenced").ToJsonString());
        var hash = await services.GetRequiredService<RequestStore>().SaveAsync("fenced", content, TestContext.Current.CancellationToken);
        var key = new AttemptKey("fenced", 1);
        var claim = await horde.UploadAsync(ContainerNames.Attempts, key.Path, "");
        await claim.SetMetadataAsync(
            new Dictionary<string, string>
            {
                ["owner"] = "another",
                ["state"] = "claimed",
                ["requested"] = $"{TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()}",
                ["requests"] = "1",
            },
            cancellationToken: TestContext.Current.CancellationToken
        );
        var outcome = await ActivatorUtilities
            .CreateInstance<BuyJob>(services)
            .RunAsync(Input("fenced", hash!), TestContext.Current.CancellationToken);
        Assert.True(outcome is { Update: null, Status: BuyStatus.Unreachable });
        Assert.Equal(0, horde.Emulator.Counters.CreateCalls);
    }

    [Fact]
    public async Task CreateJob_RequestWasChangedAfterwards_BuysNothing()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        var services = horde.Functions.Services;
        await horde.UploadAsync(ContainerNames.Requests, "changed.json", Jobs.Sha256("something else").ToJsonString());
        var outcome = await ActivatorUtilities
            .CreateInstance<BuyJob>(services)
            .RunAsync(Input("changed", new string('0', 64)), TestContext.Current.CancellationToken);
        Assert.Equal((BuyStatus.Impossible, "request_changed"), (outcome.Status, outcome.Reason));
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
    public async Task BuyJob_DeliveredAgainAfterTheRunWasSettled_BuysNothing()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        using var answer = await horde.PostAsync("jobs", Jobs.Sha256("again"), "again");
        await horde.EndOfAsync("jobs/again");
        var hash = await horde
            .Functions.Services.GetRequiredService<RequestStore>()
            .SaveAsync("again", BinaryData.FromString(Jobs.Sha256("again").ToJsonString()), TestContext.Current.CancellationToken);
        var late = Input("again", hash!) with { ScheduledAt = TimeProvider.System.GetUtcNow().AddDays(-1) };

        var outcome = await ActivatorUtilities
            .CreateInstance<BuyJob>(horde.Functions.Services)
            .RunAsync(late, TestContext.Current.CancellationToken);

        Assert.Equal((BuyStatus.Impossible, "settled"), (outcome.Status, outcome.Reason));
        Assert.Equal(1, horde.Emulator.Counters.CreateCalls);
        Assert.Empty(await horde.ListAsync(ContainerNames.InFlight));
    }

    /// <summary>
    /// Found by the simulator: a second delivery of the purchase was about to note the job when the run, told of it, ended.
    /// </summary>
    [Fact]
    public async Task SetBought_RunWasSettledMeanwhile_LeavesTheTombstone()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        var claims = horde.Functions.Services.GetRequiredService<AttemptClaims>();
        var key = new AttemptKey("overtaken", 1, OnTrustedMiner: false);
        var claim = await claims.ClaimAsync(key, DateTimeOffset.MaxValue, TestContext.Current.CancellationToken);
        Assert.Equal(AttemptState.Claimed, claim!.State);
        await claims.SettleAsync(key, TestContext.Current.CancellationToken);

        var bought = await claims.SetBoughtAsync(key, "the-job", hasEnded: false, TestContext.Current.CancellationToken);

        Assert.Equal(AttemptState.Settled, bought.State);
        Assert.Equal(
            (AttemptState.Settled, "the-job"),
            await claims.ClaimAsync(key, DateTimeOffset.MaxValue, TestContext.Current.CancellationToken) is { } known
                ? (known.State, known.JobUuid)
                : default
        );
    }

    [Fact]
    public async Task BuyJob_StorageForgotTheClaim_FindsTheJobByItsTag()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        var services = horde.Functions.Services;
        var content = BinaryData.FromString(Jobs.Sha256("forgotten").ToJsonString());
        var hash = await services.GetRequiredService<RequestStore>().SaveAsync("forgotten", content, TestContext.Current.CancellationToken);
        var input = Input("forgotten", hash!);
        var first = await ActivatorUtilities.CreateInstance<BuyJob>(services).RunAsync(input, TestContext.Current.CancellationToken);
        await horde
            .Blobs.GetBlobContainerClient(ContainerNames.Attempts)
            .DeleteBlobAsync("forgotten/1", cancellationToken: TestContext.Current.CancellationToken);

        // The process that had bought it has died: what was scheduled before this one began may have been run.
        var again = await ActivatorUtilities
            .CreateInstance<BuyJob>(services)
            .RunAsync(input with { ScheduledAt = TimeProvider.System.GetUtcNow().AddMinutes(-2) }, TestContext.Current.CancellationToken);

        Assert.Equal(first.Update!.JobUuid, again.Update!.JobUuid);
        Assert.Equal(1, horde.Emulator.Counters.Creates);
    }

    /// <summary>
    /// Found by the simulator: Azurite was killed with the process that had sent a request, and had forgotten that; the facilitator stored
    /// the job after it had been looked for.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BuyJob_AzuriteMayHaveForgottenARequest_WaitsUntilItCannotArriveAnyMore(bool isClaimLeft)
    {
        await using var horde = await HordeFixture.StartAsync(
            new HordeFixtureOptions
            {
                OnAzurite = true,
                Settings = new Dictionary<string, string?> { ["ComputeHorde__CreateFenceSeconds"] = "3600" },
            }
        );
        var services = horde.Functions.Services;
        var content = BinaryData.FromString(Jobs.Sha256("late").ToJsonString());
        var hash = await services.GetRequiredService<RequestStore>().SaveAsync("late", content, TestContext.Current.CancellationToken);
        var input = Input("late", hash!);
        if (isClaimLeft)
        {
            var claim = await horde.UploadAsync(ContainerNames.Attempts, input.Key.Path, "");
            await claim.SetMetadataAsync(
                new Dictionary<string, string> { ["owner"] = "another", ["state"] = "claimed" },
                cancellationToken: TestContext.Current.CancellationToken
            );
        }

        var older = await BuyAsync(input with { ScheduledAt = TimeProvider.System.GetUtcNow().AddMinutes(-2) });
        Assert.Equal(BuyStatus.Unreachable, older.Status);
        Assert.Equal(0, horde.Emulator.Counters.CreateCalls);

        var other = await BuyAsync(input with { Key = new AttemptKey("late", 2) });
        Assert.Equal(BuyStatus.Bought, other.Status);

        Task<BuyJobOutcome> BuyAsync(BuyJobInput input) =>
            ActivatorUtilities.CreateInstance<BuyJob>(services).RunAsync(input, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("error:403,error:403,error:403,ok")]
    [InlineData("error:401,error:401,ok")]
    [InlineData("error:500,error:500,error:500,error:500,ok")]
    [InlineData("error:404,ok")]
    public async Task Run_CreateIsRefusedForAWhile_WaitsAndPaysOnce(string script)
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        horde.Emulator.SetBehaviourForTag("refused#", script);
        using var answer = await horde.PostAsync("jobs", Jobs.Sha256("refused"), "refused");

        var run = await horde.EndOfAsync("jobs/refused");

        Assert.True((string?)run["status"] == "completed", run.ToJsonString());
        Assert.Equal(1, horde.Emulator.Counters.Creates);
    }

    [Theory]
    [InlineData(2, "Refused", 0)]
    [InlineData(11, "Bought", 1)]
    public async Task BuyJob_ManyRequestsLeftNoJob_SendsTheNextOneAfterAWhile(int minutesAgo, string status, int sent)
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        var services = horde.Functions.Services;
        var content = BinaryData.FromString(Jobs.Sha256("many").ToJsonString());
        var hash = await services.GetRequiredService<RequestStore>().SaveAsync("many", content, TestContext.Current.CancellationToken);
        var claim = await horde.UploadAsync(ContainerNames.Attempts, new AttemptKey("many", 1).Path, "");
        await claim.SetMetadataAsync(
            new Dictionary<string, string>
            {
                ["owner"] = "another",
                ["state"] = "claimed",
                ["requested"] = $"{TimeProvider.System.GetUtcNow().AddMinutes(-minutesAgo).ToUnixTimeMilliseconds()}",
                ["requests"] = $"{HordeMarket.MostRequests}",
            },
            cancellationToken: TestContext.Current.CancellationToken
        );

        var outcome = await ActivatorUtilities
            .CreateInstance<BuyJob>(services)
            .RunAsync(Input("many", hash!), TestContext.Current.CancellationToken);

        Assert.Equal(status, outcome.Status.ToString());
        Assert.Equal(sent, horde.Emulator.Counters.CreateCalls);
    }

    private static BuyJobInput Input(string run, string hash) =>
        new(new AttemptKey(run, 1), run, hash, TimeProvider.System.GetUtcNow(), UrlSeconds: 60);

    [Fact]
    public async Task Host_SecondOnOneTaskHub_IsRefused()
    {
        await using var horde = await HordeFixture.StartAsync();
        var refused = await Assert.ThrowsAnyAsync<Exception>(() =>
            LocalFunctionsHost.StartAsync(
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
                        [StorageAccounts.Data] = horde.Storage,
                    },
                    Configure = static builder => builder.Services.AddComputeHordeDurable(builder.Configuration),
                },
                TestContext.Current.CancellationToken
            )
        );
        Assert.Contains(horde.DataDirectory, refused.Message, StringComparison.Ordinal);
    }
}

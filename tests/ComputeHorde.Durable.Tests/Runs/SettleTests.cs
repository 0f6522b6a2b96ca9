using System.Text.Json.Nodes;
using ComputeHorde.Durable.Outputs;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Durable.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeHorde.Durable.Tests.Runs;

/// <summary>Every end of a run releases what it held, and keeps what there is.</summary>
public sealed class SettleTests
{
    [Fact]
    public async Task Run_OutputsNeverArrive_KeepsStdoutAndReleasesEverything()
    {
        await using var horde = await HordeFixture.StartAsync(
            new HordeFixtureOptions
            {
                InMemory = true,
                Services = static services =>
                    services.AddSingleton<IOutputStore>(static provider => new ForgetfulOutputStore(
                        provider.GetRequiredService<AzureOutputStore>()
                    )),
            }
        );
        var job = Jobs.Sha256("missing", "/output/report.txt");
        job["policy"] = new JsonObject { ["max_attempts"] = 2, ["backoff_seconds"] = 0.05 };
        using var answer = await horde.PostAsync("jobs", job, "missing");

        var run = await horde.EndOfAsync("jobs/missing");

        Assert.Equal(("failed", "outputs_missing"), ((string?)run["status"], (string?)run["outcome"]!["failure"]!["reason"]));
        Assert.NotEmpty(
            await horde.Http.GetStringAsync(
                new Uri("jobs/missing/result?part=stdout", UriKind.Relative),
                TestContext.Current.CancellationToken
            )
        );
        Assert.Empty(await horde.ListAsync(ContainerNames.InFlight));
        Assert.Equal(2, (int)run["outcome"]!["paid_attempts"]!);
        foreach (var name in await horde.ListAsync(ContainerNames.Attempts))
        {
            var claim = await horde
                .Blobs.GetBlobContainerClient(ContainerNames.Attempts)
                .GetBlobClient(name)
                .GetPropertiesAsync(cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal("settled", claim.Value.Metadata["state"]);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_EndedByItsCallerAfterAFailedAttempt_KeepsWhatThatHadPrinted(bool isCancelled)
    {
        await using var horde = isCancelled
            ? await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true })
            : await VirtualHorde.StartAsync(VirtualHorde.NewClock(), TimeSpan.FromSeconds(10));
        horde.Emulator.SetBehaviourForTag("ended#", "failed:nonzero_return_code:3,stuck:accepted");
        var job = Jobs.Sha256("ended");
        job["policy"] = new JsonObject
        {
            ["max_attempts"] = 2,
            ["backoff_seconds"] = 0.05,
            ["retry_on"] = new JsonArray("failed"),
            ["stuck_margin_seconds"] = 86_400,
            ["timeout_seconds"] = 3_600,
        };
        using var answer = await horde.PostAsync("jobs", job, "ended");
        if (isCancelled)
        {
            await Eventually.TrueAsync(() => horde.Emulator.Counters.Creates == 2, "the second attempt was bought");
            using var cancel = await horde.PostAsync("jobs/ended/cancel");
        }

        var run = await horde.EndOfAsync("jobs/ended");

        Assert.Equal(isCancelled ? "cancelled" : "timed_out", (string?)run["status"]);
        Assert.Equal(2, (int)run["outcome"]!["paid_attempts"]!);
        Assert.NotEmpty(
            await horde.Http.GetStringAsync(
                new Uri("jobs/ended/result?part=stderr", UriKind.Relative),
                TestContext.Current.CancellationToken
            )
        );
        Assert.Contains("ended/1/manifest.json", await horde.ListAsync(ContainerNames.Results));
        Assert.Empty(await horde.ListAsync(ContainerNames.InFlight));
    }

    [Fact]
    public async Task SettleRun_FacilitatorIsAway_ReleasesAllThatTheRunHolds()
    {
        await using var horde = await HordeFixture.StartAsync(
            new HordeFixtureOptions
            {
                InMemory = true,
                Settings = new Dictionary<string, string?>
                {
                    ["ComputeHorde__MaxRetries"] = "0",
                    ["ComputeHordePollSchedule"] = "0 0 0 1 1 *",
                },
            }
        );
        var services = horde.Functions.Services;
        var key = new AttemptKey("held", 1);
        var uuid = Guid.NewGuid().ToString();
        await services.GetRequiredService<WatchList>().AddAsync(key, uuid, seen: 0, TestContext.Current.CancellationToken);
        horde.Emulator.Faults = new() { ErrorRate = 1, ErrorStatus = 503 };

        var settled = await ActivatorUtilities
            .CreateInstance<SettleRun>(services)
            .RunAsync(
                new SettleInput(key, 1)
                {
                    Decisive = 1,
                    JobUuid = uuid,
                    IsFinal = true,
                },
                TestContext.Current.CancellationToken
            );

        Assert.NotNull(settled.NotNow);
        Assert.Empty(await horde.ListAsync(ContainerNames.InFlight));
    }

    [Fact]
    public async Task Run_JobEvictedAtItsEnd_ReleasesEverything()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        horde.Emulator.SetBehaviourForTag("evicted#", "evict:completed");
        var job = Jobs.Sha256("evicted");
        job["policy"] = new JsonObject { ["max_attempts"] = 1 };
        using var answer = await horde.PostAsync("jobs", job, "evicted");

        Assert.Equal("failed", (string?)(await horde.EndOfAsync("jobs/evicted"))["status"]);
        Assert.Empty(await horde.ListAsync(ContainerNames.InFlight));
    }

    [Fact]
    public async Task Poll_RunOfOneJobIsNoMore_TellsTheOthersAndForgetsIt()
    {
        using var held = new HeldTime();
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true, Emulator = held.Drive });
        using var ended = await horde.PostAsync("jobs", Jobs.Sha256("ended"), "ended");
        await Eventually.TrueAsync(async () => (await horde.ListAsync(ContainerNames.InFlight)).Count == 1, "the job is watched");
        await horde.Functions.Client.TerminateInstanceAsync("ended", cancellation: TestContext.Current.CancellationToken);
        await horde
            .Functions.Services.GetRequiredService<WatchList>()
            .AddAsync(new AttemptKey("a-run-that-never-was", 1), Guid.NewGuid().ToString(), seen: 0, TestContext.Current.CancellationToken);
        held.LetGo();

        using var answer = await horde.PostAsync("jobs", Jobs.Sha256("other"), "other");

        Assert.Equal("completed", (string?)(await horde.EndOfAsync("jobs/other"))["status"]);
        await Eventually.TrueAsync(async () => (await horde.ListAsync(ContainerNames.InFlight)).Count == 0, "nothing is watched any more");
    }

    [Fact]
    public async Task Result_OfOwnOutputVolumes_KeepsWhatTheServerAnswered()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        using var answer = await horde.PostAsync("jobs", Jobs.Sha256("kept", "/output/report.txt"), "kept");
        await horde.EndOfAsync("jobs/kept");

        var upload = (await horde.GetAsync("jobs/kept/result"))["uploads"]!.AsObject().Single().Value!;

        Assert.False(string.IsNullOrEmpty((string?)upload["headers"]!["etag"]));
    }

    /// <summary>Signs uploads, and finds none of them.</summary>
    private sealed class ForgetfulOutputStore(AzureOutputStore store) : IOutputStore
    {
        public Uri Address => store.Address;

        public ValueTask<SignedUpload> SignAsync(string name, TimeSpan life, CancellationToken cancellationToken) =>
            store.SignAsync(name, life, cancellationToken);

        public Task<StoredOutput?> FindAsync(string name, CancellationToken cancellationToken) => Task.FromResult<StoredOutput?>(null);

        public Task<Stream> OpenAsync(string name, string? eTag, CancellationToken cancellationToken) =>
            store.OpenAsync(name, eTag, cancellationToken);

        public ValueTask<Uri> SignDownloadAsync(string name, TimeSpan life, CancellationToken cancellationToken) =>
            store.SignDownloadAsync(name, life, cancellationToken);
    }
}

using System.Net;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Retention;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Durable.Tests.Support;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Tests.Retention;

/// <summary>What ended long ago goes, whole; what is under way stays, whole; claims stay longer.</summary>
public sealed class PurgeTests
{
    private static readonly string[] Contents = ["results", "outputs", "requests", "job-urls", "notices", "secrets"];

    [Fact]
    public async Task Purge_SomeRunsEndedLongAgo_TakesAllOfThemAndNothingThatLives()
    {
        var clock = new LaterTime();
        await using var horde = await StartAsync(clock, retentionDays: "8");
        horde.Emulator.SetBehaviourForTag("live#", "stuck:accepted");
        horde.Emulator.SetBehaviourForTag("pending#", "ok/stuck:accepted");
        await EndAsync(horde, "old", isChecked: true);
        await horde.VerdictOfAsync("old");
        await EndAsync(horde, "pending", isChecked: true);
        using var live = await horde.PostAsync("jobs", Jobs.Sha256("live", "/output/report.txt"), "live");
        using var batch = await horde.PostAsync(
            "batches",
            new JsonObject { ["jobs"] = new JsonArray(Jobs.Sha256("one", "/output/a"), Jobs.Sha256("two", "/output/b")) },
            "lot"
        );
        await horde.EndOfAsync("batches/lot");
        await Eventually.TrueAsync(async () => (await NamesAsync(horde, "old")).Count == 2, "the check and its copy are there");
        var kept = await BlobsAsync(horde, "pending", "live");

        clock.Later = TimeSpan.FromDays(9);
        await Eventually.TrueAsync(
            async () =>
                await StatusAsync(horde, "jobs/old") == HttpStatusCode.NotFound
                && await StatusAsync(horde, "batches/lot") == HttpStatusCode.NotFound,
            "both are gone"
        );

        Assert.Empty(await NamesAsync(horde, "old"));
        Assert.Empty(await NamesAsync(horde, "lot"));
        Assert.Equal(["requests/lot.json", "requests/old.json"], (await BlobsAsync(horde, "old", "lot")).Order(StringComparer.Ordinal));
        Assert.Equal("", await horde.DownloadAsync("requests", "old.json"));
        Assert.Equal(kept, await BlobsAsync(horde, "pending", "live"));
        Assert.Equal("pending", (string?)(await horde.GetAsync("jobs/pending"))["check"]!["verdict"]);
        Assert.Equal("running", (string?)(await horde.GetAsync("jobs/live"))["status"]);
        Assert.Contains(
            horde.Log.Lines,
            static line => line.Event.Name == "Purged" && line.Text.Contains("held back", StringComparison.Ordinal)
        );

        // While its claims are kept, nothing can be bought under the name; so it is not given away.
        Assert.NotEmpty(await horde.ListAsync("attempts", "old/"));
        using var same = await horde.PostAsync("jobs", Jobs.Sha256("old"), "old");
        Assert.Equal(HttpStatusCode.Conflict, same.StatusCode);

        clock.Later = TimeSpan.FromDays(31);
        await Eventually.TrueAsync(
            async () => (await BlobsAsync(horde, "old")).Count == 0 && (await horde.ListAsync("attempts", "old")).Count == 0,
            "the claims are gone"
        );
        Assert.NotEmpty(await horde.ListAsync("attempts", "live/"));
        clock.Later = TimeSpan.Zero;
        await EndAsync(horde, "old", isChecked: false);
    }

    [Fact]
    public async Task Purge_NotAskedFor_TakesNothing()
    {
        var clock = new LaterTime { Later = TimeSpan.FromDays(1000) };
        await using var horde = await StartAsync(clock, retentionDays: "");
        await EndAsync(horde, "kept", isChecked: false);
        var blobs = await BlobsAsync(horde, "kept");

        await horde.Functions.Services.GetRequiredService<Purge>().RunAsync(horde.Functions.Client, TestContext.Current.CancellationToken);

        Assert.Equal(blobs, await BlobsAsync(horde, "kept"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(horde, "jobs/kept"));
    }

    private static Task<HordeFixture> StartAsync(TimeProvider clock, string retentionDays) =>
        HordeFixture.StartAsync(
            new HordeFixtureOptions
            {
                Settings = new Dictionary<string, string?>
                {
                    ["ComputeHorde__RetentionDays"] = retentionDays,
                    ["ComputeHordeSweepSchedule"] = "00:00:00.2",
                },
                Services = services =>
                {
                    services.AddSingleton(provider => new OldClaims(provider.GetRequiredService<BlobContainers>(), clock));
                    services.AddSingleton(provider => new Purge(
                        provider.GetRequiredService<RunRemains>(),
                        provider.GetRequiredService<OldClaims>(),
                        provider.GetRequiredService<IOptions<DurableOptions>>(),
                        clock,
                        provider.GetRequiredService<ILogger<Purge>>()
                    ));
                },
            }
        );

    private static async Task EndAsync(HordeFixture horde, string run, bool isChecked)
    {
        var job = Jobs.Sha256(run, "/output/report.txt");
        job["cross_validation"] = isChecked ? new JsonObject { ["sampling"] = "always" } : null;
        using var answer = await horde.PostAsync("jobs", job, run);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("completed", (string?)(await horde.EndOfAsync($"jobs/{run}"))["status"]);
    }

    private static async Task<HttpStatusCode> StatusAsync(HordeFixture horde, string path)
    {
        using var answer = await horde.Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private static async Task<List<string>> NamesAsync(HordeFixture horde, string run)
    {
        var names = new List<string>();
        await foreach (var instance in horde.Functions.Client.GetAllInstancesAsync(new OrchestrationQuery { InstanceIdPrefix = run + "~" }))
        {
            names.Add(instance.InstanceId);
        }

        return names;
    }

    private static async Task<List<string>> BlobsAsync(HordeFixture horde, params string[] runs)
    {
        var blobs = new List<string>();
        foreach (var container in Contents)
        {
            foreach (var run in runs)
            {
                blobs.AddRange((await horde.ListAsync(container, run)).Select(name => $"{container}/{name}"));
            }
        }

        return blobs;
    }

    /// <summary>The machine's clock, and later.</summary>
    private sealed class LaterTime : TimeProvider
    {
        private long _later;

        public TimeSpan Later
        {
            get => new(Interlocked.Read(ref _later));
            set => Interlocked.Exchange(ref _later, value.Ticks);
        }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Later;
    }
}

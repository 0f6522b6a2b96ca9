using System.Net;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.Checks;
using ComputeHorde.Durable.Checks.Comparers;
using ComputeHorde.Durable.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeHorde.Durable.Tests.Checks;

/// <summary>Checks beside their runs: a run is complete before, and whatever becomes of its check does not touch it.</summary>
public sealed class CheckResultTests(CheckResultTests.Horde horde) : IClassFixture<CheckResultTests.Horde>
{
    [Theory]
    // The miner, then the trusted one                              verdict         reports  trusted jobs
    [InlineData("ok", "match", 0, 1)]
    [InlineData("cheat", "mismatch", 1, 2)]
    [InlineData("cheat/ok,cheat", "inconclusive", 0, 2)]
    [InlineData("cheat/failed:nonzero_return_code:3", "inconclusive", 0, 1)]
    [InlineData("failed:nonzero_return_code:1", "mismatch", 0, 2)]
    [InlineData("failed:nonzero_return_code:1/failed:nonzero_return_code:1", "match", 0, 1)]
    [InlineData("failed:nonzero_return_code:1/ok,failed:nonzero_return_code:1", "inconclusive", 0, 2)]
    [InlineData("failed:download_failed", "inconclusive", 0, 1)]
    public async Task Check_AnyMiner_AccusesConfirmedCheatsOnly(string script, string verdict, int reports, int trusted)
    {
        var id = await horde.StartAsync(script);
        var run = await horde.Fixture.EndOfAsync($"jobs/{id}");
        var found = await horde.Fixture.VerdictOfAsync(id);
        Assert.True(verdict == (string?)found["verdict"], found.ToJsonString());
        Assert.Equal(verdict == "mismatch", (bool)found["is_confirmed"]!);
        Assert.Equal(trusted, horde.TrustedFor(id));
        var job = (string?)run["outcome"]!["job_uuid"] ?? (string)run["outcome"]!["attempts"]![0]!["job_uuid"]!;
        Assert.Equal(reports, horde.Fixture.Emulator.CheatReports.Count(report => report.JobUuid.ToString() == job));
        Assert.Equal(verdict == "mismatch", (await horde.Fixture.ListAsync("ledger", job + "/")).Contains($"{job}/evidence.json"));
        Assert.Equal(
            found.ToJsonString(),
            JsonNode.Parse((await horde.Fixture.DownloadAsync("results", $"{id}/verdict.json"))!)!.ToJsonString()
        );
    }

    [Fact]
    public async Task Cancel_WhileTheJobIsBought_StartsNoCheckEither()
    {
        await using var own = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        own.Emulator.SetBehaviourForTag("early#", "delay:300+failed:nonzero_return_code:3");
        var job = Jobs.Sha256("early");
        job["cross_validation"] = new JsonObject { ["sampling"] = "always" };
        using var answer = await own.PostAsync("jobs", job, "early");
        await Eventually.TrueAsync(() => own.Emulator.Counters.Creates == 1, "the job is being bought");

        using var cancelled = await own.PostAsync("jobs/early/cancel");
        var run = await own.EndOfAsync("jobs/early");

        Assert.Null(run["check"]);
        Assert.Equal(0, own.Emulator.Counters.TrustedCreates);
        Assert.Null(await own.Functions.Client.GetInstanceAsync("early~check", TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("custom:gone", true)]
    [InlineData("custom:thrower", false)]
    [InlineData("sha256", false)]
    public async Task DecideSample_AnyComparer_SaysWhetherItIsStillThere(string comparer, bool isGone)
    {
        var decision = await ActivatorUtilities
            .CreateInstance<DecideSample>(horde.Fixture.Functions.Services)
            .RunAsync(
                new SampleInput("job", "", 1, new CheckPolicy { Comparer = comparer, Sampling = SamplingModes.Always }),
                TestContext.Current.CancellationToken
            );
        Assert.Equal((true, isGone), (decision.IsSampled, decision.Obstacle is not null));
    }

    [Fact]
    public async Task Check_ComparerThrows_IsInconclusiveAndTheRunComplete()
    {
        var id = await horde.StartAsync("cheat", "custom:thrower");
        var run = await horde.Fixture.EndOfAsync($"jobs/{id}");
        Assert.Equal("completed", (string?)run["status"]);
        var found = await horde.Fixture.VerdictOfAsync(id);
        Assert.Equal("inconclusive", (string?)found["verdict"]);
        Assert.Contains("thrower", (string?)found["reason"], StringComparison.Ordinal);
        Assert.Equal("completed", (string?)(await horde.Fixture.GetAsync($"jobs/{id}"))["status"]);
    }

    [Fact]
    public async Task Start_ComparerUnknown_IsRefusedByItsName()
    {
        var job = Jobs.Sha256("unknown", "/output/report.txt");
        job["cross_validation"] = new JsonObject { ["comparer"] = "custom:throwr" };
        using var answer = await horde.Fixture.PostAsync("jobs", job, "unknown-comparer");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("cross_validation.comparer", problem, StringComparison.Ordinal);
        Assert.Contains("custom:thrower", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Copies_OfARun_AreNeitherListedNorCancelledByAnybody()
    {
        var id = await horde.StartAsync("ok");
        await horde.Fixture.VerdictOfAsync(id);
        var listed = new List<string>();
        for (string? next = ""; next is not null;)
        {
            var page = await horde.Fixture.GetAsync($"jobs?page_size=500&continuation={next}");
            listed.AddRange(page["jobs"]!.AsArray().Select(static run => (string)run!["id"]!));
            next = (string?)page["continuation"];
        }

        Assert.Contains(id, listed);
        Assert.DoesNotContain(listed, static name => name.Contains('~', StringComparison.Ordinal));
        foreach (var name in new[] { $"{id}~trusted1", $"{id}~check" })
        {
            using var shown = await horde.Fixture.Http.GetAsync(
                new Uri($"jobs/{name}", UriKind.Relative),
                TestContext.Current.CancellationToken
            );
            Assert.Equal(HttpStatusCode.NotFound, shown.StatusCode);
            using var cancelled = await horde.Fixture.PostAsync($"jobs/{name}/cancel");
            Assert.Equal(HttpStatusCode.NotFound, cancelled.StatusCode);
        }
    }

    [Fact]
    public async Task Cancel_AfterTheRunHasEnded_StopsItsCheck()
    {
        var id = await horde.StartAsync("ok/stuck:accepted");
        var run = await horde.Fixture.EndOfAsync($"jobs/{id}");
        Assert.Equal("completed", (string?)run["status"]);
        await Eventually.TrueAsync(() => horde.TrustedFor(id) == 1, "the copy was bought");
        Assert.Equal("pending", (string?)(await horde.Fixture.GetAsync($"jobs/{id}"))["check"]!["verdict"]);
        using var cancelled = await horde.Fixture.PostAsync($"jobs/{id}/cancel");
        Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
        var found = await horde.Fixture.VerdictOfAsync(id);
        Assert.Equal("inconclusive", (string?)found["verdict"]);
        Assert.Contains("cancelled", (string?)found["reason"], StringComparison.Ordinal);
        Assert.Equal(1, horde.TrustedFor(id));
        Assert.Equal("completed", (string?)(await horde.Fixture.GetAsync($"jobs/{id}"))["status"]);
    }

    [Fact]
    public async Task TimeOut_AfterTheRunHasEnded_StopsItsCheck()
    {
        var id = await horde.StartAsync("ok/stuck:accepted", policy: new JsonObject { ["timeout_seconds"] = 10 });
        Assert.Equal("completed", (string?)(await horde.Fixture.EndOfAsync($"jobs/{id}"))["status"]);
        var found = await horde.Fixture.VerdictOfAsync(id);
        Assert.Equal("inconclusive", (string?)found["verdict"]);
        Assert.Contains("time of the run", (string?)found["reason"], StringComparison.Ordinal);
        Assert.Equal(1, horde.TrustedFor(id));
    }

    /// <summary>One stack for all of these tests.</summary>
    public sealed class Horde : IAsyncLifetime
    {
        private int _runs;

        internal HordeFixture Fixture { get; private set; } = null!;

        public async ValueTask InitializeAsync() =>
            Fixture = await HordeFixture.StartAsync(
                new HordeFixtureOptions { Services = static services => services.AddSingleton<IResultComparer, Thrower>() }
            );

        public ValueTask DisposeAsync() => Fixture.DisposeAsync();

        internal async Task<string> StartAsync(string script, string comparer = "sha256", JsonObject? policy = null)
        {
            var id = $"checked-{Interlocked.Increment(ref _runs)}";
            Fixture.Emulator.SetBehaviourForTag(id + "#", script);
            var job = Jobs.Sha256(id, "/output/report.txt");
            job["policy"] = policy;
            job["cross_validation"] = new JsonObject { ["sampling"] = "always", ["comparer"] = comparer };
            using var answer = await Fixture.PostAsync("jobs", job, id);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            return id;
        }

        /// <summary>How many trusted copies of a run were bought; each tag at most once.</summary>
        internal int TrustedFor(string id)
        {
            var paid = Fixture
                .Emulator.Counters.PaidCreatesByTag.Where(tag => tag.Key.StartsWith(id + "#trusted", StringComparison.Ordinal))
                .ToArray();
            Assert.All(paid, static tag => Assert.Equal(1, tag.Value));
            return paid.Length;
        }
    }

    private sealed class Thrower : IResultComparer
    {
        public string Name => "thrower";

        public Task<Comparison> CompareAsync(
            IResultContent untrusted,
            IResultContent trusted,
            ComparisonSettings settings,
            CancellationToken cancellationToken
        ) => throw new InvalidOperationException("thrower");
    }
}

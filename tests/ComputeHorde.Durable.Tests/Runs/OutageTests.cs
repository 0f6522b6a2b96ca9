using System.Text.Json.Nodes;
using ComputeHorde.Durable.Outputs;
using ComputeHorde.Durable.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;

namespace ComputeHorde.Durable.Tests.Runs;

/// <summary>An outage, however long, delays a run and never breaks it.</summary>
public sealed class OutageTests
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(48),
        Poll = TimeSpan.FromMinutes(10);

    [Theory]
    // Seconds after the start: before the job is bought, while it runs, when it has ended.
    [InlineData(0, 503)]
    [InlineData(0, 403)]
    [InlineData(4, 503)]
    [InlineData(4, 401)]
    [InlineData(30, 500)]
    public async Task Run_FacilitatorIsAwayForTwoDays_EndsWellAndPaysOnce(int beginsAfter, int status)
    {
        var clock = VirtualHorde.NewClock();
        await using var horde = await VirtualHorde.StartAsync(clock, Poll);
        var outage = new ComputeHorde.Emulator.FaultSettings { ErrorRate = 1, ErrorStatus = status };
        if (beginsAfter == 0)
        {
            horde.Emulator.Faults = outage;
        }

        await using var begin = clock.CreateTimer(
            _ => horde.Emulator.Faults = outage,
            null,
            TimeSpan.FromSeconds(beginsAfter),
            Timeout.InfiniteTimeSpan
        );
        await using var end = clock.CreateTimer(_ => horde.Emulator.Faults = new(), null, Long, Timeout.InfiniteTimeSpan);
        var job = Jobs.Sha256("away", "/output/report.txt");
        job["policy"] = new JsonObject { ["create_timeout_seconds"] = 4 * 86_400 };

        using var answer = await horde.PostAsync("jobs", job, "away");
        var run = await horde.EndOfAsync("jobs/away");

        Assert.True((string?)run["status"] == "completed", run.ToJsonString());
        Assert.Equal(1, horde.Emulator.Counters.Creates);
        Assert.NotNull(run["outcome"]!["result"]);
        Assert.Empty(await horde.ListAsync("inflight"));
    }

    [Fact]
    public async Task Run_StorageOfOutputsIsAwayForTwoDaysWhileItSettles_EndsWell()
    {
        var clock = VirtualHorde.NewClock();
        var begun = clock.GetUtcNow();
        await using var horde = await VirtualHorde.StartAsync(
            clock,
            Poll,
            services =>
                services.AddSingleton<IOutputStore>(provider => new AwayOutputStore(
                    provider.GetRequiredService<AzureOutputStore>(),
                    () => clock.GetUtcNow() - begun < Long
                ))
        );

        using var answer = await horde.PostAsync("jobs", Jobs.Sha256("settled", "/output/report.txt"), "settled");
        var run = await horde.EndOfAsync("jobs/settled");

        Assert.True((string?)run["status"] == "completed", run.ToJsonString());
        Assert.Equal(1, (int)run["outcome"]!["result"]!["outputs"]!);
        Assert.Equal(1, horde.Emulator.Counters.Creates);
    }

    [Fact]
    public async Task Run_FacilitatorDoesNotShowTheJobForTwoDaysWhileItSettles_EndsWell()
    {
        var clock = VirtualHorde.NewClock();
        var begun = clock.GetUtcNow();
        await using var horde = await VirtualHorde.StartAsync(
            clock,
            Poll,
            services =>
                services.ConfigureAll<HttpClientFactoryOptions>(options =>
                    options.HttpMessageHandlerBuilderActions.Add(builder =>
                        builder.AdditionalHandlers.Add(new NoDetails(() => clock.GetUtcNow() - begun < Long))
                    )
                )
        );

        using var answer = await horde.PostAsync("jobs", Jobs.Sha256("settled", "/output/report.txt"), "settled");
        var run = await horde.EndOfAsync("jobs/settled");

        Assert.True((string?)run["status"] == "completed", run.ToJsonString());
        Assert.NotNull(run["outcome"]!["result"]);
        Assert.True(clock.GetUtcNow() - begun > Long);
        Assert.Equal(1, horde.Emulator.Counters.Creates);
    }

    [Theory]
    // Seconds after the start: before any line is bought, while some run, while results are stored.
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(600)]
    public async Task Batch_FacilitatorIsAwayForTwoDays_EndsWellAndPaysOnce(int beginsAfter)
    {
        var clock = VirtualHorde.NewClock();
        await using var horde = await VirtualHorde.StartAsync(clock, Poll);
        var outage = new ComputeHorde.Emulator.FaultSettings { ErrorRate = 1, ErrorStatus = 503 };
        await using var begin = clock.CreateTimer(
            _ => horde.Emulator.Faults = outage,
            null,
            TimeSpan.FromSeconds(beginsAfter),
            Timeout.InfiniteTimeSpan
        );
        await using var end = clock.CreateTimer(_ => horde.Emulator.Faults = new(), null, Long, Timeout.InfiniteTimeSpan);
        var lines = Enumerable.Range(0, 20).Select(static number => Jobs.Sha256($"{number}"));

        using var answer = await horde.PostAsync(
            "batches",
            new JsonObject { ["jobs"] = new JsonArray([.. lines]), ["max_parallel"] = 4 },
            "away"
        );
        var batch = await horde.EndOfAsync("batches/away");

        Assert.Equal(20, (int?)batch["summary"]!["lines_by_status"]!["completed"]);
        Assert.Equal(20, horde.Emulator.Counters.Creates);
        Assert.All(horde.Emulator.Counters.PaidCreatesByTag, static paid => Assert.Equal(1, paid.Value));
    }

    /// <summary>Lists and creates as ever, and answers no question about a single job.</summary>
    private sealed class NoDetails(Func<bool> isAway) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            request.Method == HttpMethod.Get && request.RequestUri!.Segments.Length > 4 && isAway()
                ? Task.FromResult(new HttpResponseMessage(System.Net.HttpStatusCode.BadGateway))
                : base.SendAsync(request, cancellationToken);
    }

    /// <summary>Signs as ever, and does not let anybody look at what was uploaded.</summary>
    private sealed class AwayOutputStore(AzureOutputStore store, Func<bool> isAway) : IOutputStore
    {
        public Uri Address => store.Address;

        public ValueTask<SignedUpload> SignAsync(string name, TimeSpan life, CancellationToken cancellationToken) =>
            store.SignAsync(name, life, cancellationToken);

        public Task<StoredOutput?> FindAsync(string name, CancellationToken cancellationToken) =>
            isAway() ? throw new Azure.RequestFailedException(503, "Server busy") : store.FindAsync(name, cancellationToken);

        public Task<Stream> OpenAsync(string name, CancellationToken cancellationToken) => store.OpenAsync(name, cancellationToken);

        public ValueTask<Uri> SignDownloadAsync(string name, TimeSpan life, CancellationToken cancellationToken) =>
            store.SignDownloadAsync(name, life, cancellationToken);
    }
}

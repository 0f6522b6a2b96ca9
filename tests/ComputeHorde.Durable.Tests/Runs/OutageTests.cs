using System.Net;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.S3;
using Azure.Identity;
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

    public static TheoryData<Exception> AwayForNow =>
        [
            new Azure.RequestFailedException(503, "Server busy"),
            new AmazonS3Exception("Please reduce your request rate", ErrorType.Sender, "SlowDown", "1", HttpStatusCode.ServiceUnavailable),
            new AmazonS3Exception("The clocks differ", ErrorType.Sender, "RequestTimeTooSkewed", "1", HttpStatusCode.Forbidden),
            new AmazonS3Exception("Read too slowly", ErrorType.Sender, "RequestTimeout", "1", HttpStatusCode.BadRequest),
            new AmazonClientException("No connection"),
            new TaskCanceledException("The call took too long", new TimeoutException(), new CancellationToken(canceled: true)),
            new AuthenticationFailedException("Entra does not answer"),
            new CredentialUnavailableException("The identity end point does not answer"),
        ];

    [Theory]
    [MemberData(nameof(AwayForNow), DisableDiscoveryEnumeration = true)]
    public async Task Run_StorageOfOutputsIsAwayForTwoDaysWhileItSettles_EndsWell(Exception away)
    {
        var clock = VirtualHorde.NewClock();
        var begun = clock.GetUtcNow();
        await using var horde = await VirtualHorde.StartAsync(
            clock,
            Poll,
            services =>
                services.AddSingleton<IOutputStore>(provider => new AwayOutputStore(
                    provider.GetRequiredService<AzureOutputStore>(),
                    () => clock.GetUtcNow() - begun < Long ? away : null
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
                        builder.AdditionalHandlers.Add(new AwayWhen(request =>
                                request is { Method.Method: "GET", RequestUri.Segments.Length: > 4 } && clock.GetUtcNow() - begun < Long
                            ))
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

    /// <summary>Nothing of the run costs any more, and who has cancelled waits for no facilitator that stays away.</summary>
    [Fact]
    public async Task Run_CancelledWhileTheFacilitatorIsAway_EndsWithoutWhatItCannotHave()
    {
        var clock = VirtualHorde.NewClock();
        var creates = 0;
        await using var horde = await VirtualHorde.StartAsync(
            clock,
            Poll,
            services =>
                services.ConfigureAll<HttpClientFactoryOptions>(options =>
                    options.HttpMessageHandlerBuilderActions.Add(builder =>
                        builder.AdditionalHandlers.Add(new AwayWhen(IsSecondCreate))
                    )
                )
        );
        horde.Emulator.SetBehaviourForTag("left#", "failed:nonzero_return_code:3");
        var job = Jobs.Sha256("left");
        job["policy"] = new JsonObject { ["retry_on"] = new JsonArray("failed"), ["max_attempts"] = 2 };

        using var answer = await horde.PostAsync("jobs", job, "left");
        await Eventually.TrueAsync(() => Volatile.Read(ref creates) >= 2, "the second attempt begins");
        using var cancel = await horde.PostAsync("jobs/left/cancel");
        var run = await horde.EndOfAsync("jobs/left");

        Assert.True((string?)run["status"] == "cancelled", run.ToJsonString());
        Assert.Equal(2, (int)run["outcome"]!["paid_attempts"]!);
        Assert.Empty(await horde.ListAsync("inflight"));

        bool IsSecondCreate(HttpRequestMessage request) =>
            request.Method == HttpMethod.Post && request.RequestUri!.AbsolutePath.EndsWith("job-docker/", StringComparison.Ordinal)
                ? Interlocked.Increment(ref creates) >= 2
                : Volatile.Read(ref creates) >= 2;
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

    /// <summary>A facilitator that is away for some requests.</summary>
    private sealed class AwayWhen(Func<HttpRequestMessage, bool> isAway) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            isAway(request)
                ? Task.FromResult(new HttpResponseMessage(HttpStatusCode.BadGateway))
                : base.SendAsync(request, cancellationToken);
    }

    /// <summary>Signs as ever, and does not let anybody look at what was uploaded.</summary>
    private sealed class AwayOutputStore(AzureOutputStore store, Func<Exception?> failure) : IOutputStore
    {
        public Uri Address => store.Address;

        public ValueTask<SignedUpload> SignAsync(string name, TimeSpan life, CancellationToken cancellationToken) =>
            store.SignAsync(name, life, cancellationToken);

        public Task<StoredOutput?> FindAsync(string name, CancellationToken cancellationToken) =>
            failure() is { } exception ? Task.FromException<StoredOutput?>(exception) : store.FindAsync(name, cancellationToken);

        public Task<Stream> OpenAsync(string name, string? eTag, CancellationToken cancellationToken) =>
            store.OpenAsync(name, eTag, cancellationToken);

        public ValueTask<Uri> SignDownloadAsync(string name, TimeSpan life, CancellationToken cancellationToken) =>
            store.SignDownloadAsync(name, life, cancellationToken);
    }
}

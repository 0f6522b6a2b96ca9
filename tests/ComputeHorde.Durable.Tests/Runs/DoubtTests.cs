using System.Net;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Durable.Tests.Support;
using ComputeHorde.DurableTask.Sqlite.Testing;
using ComputeHorde.Sdk;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;

namespace ComputeHorde.Durable.Tests.Runs;

/// <summary>A request for a job was sent, and nobody knows what became of it: nobody says then that nothing was paid.</summary>
public sealed class DoubtTests
{
    private static readonly TimeSpan Poll = TimeSpan.FromMinutes(1),
        Long = TimeSpan.FromHours(3);

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized)]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.BadRequest)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    public async Task Run_CreateIsStoredAndEveryLookAnsweredOtherwiseForHours_FindsTheJobAndCompletes(HttpStatusCode status)
    {
        var clock = VirtualHorde.NewClock();
        var begun = clock.GetUtcNow();
        await using var horde = await StartAsync(clock, new Facilitator(status, () => clock.GetUtcNow() - begun < Long));

        using var answer = await horde.PostAsync("jobs", Job(), "doubted");
        var run = await horde.EndOfAsync("jobs/doubted");

        Assert.True((string?)run["status"] == "completed", run.ToJsonString());
        Assert.Equal((1, 1), ((int)run["outcome"]!["paid_attempts"]!, horde.Emulator.Counters.Creates));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_EndedByItsCallerWhileInDoubt_SaysThatTheJobMayHaveBeenPaid(bool isCancelled)
    {
        var clock = VirtualHorde.NewClock();
        await using var horde = await StartAsync(clock, new Facilitator(HttpStatusCode.Forbidden, static () => true));
        var job = Job();
        if (!isCancelled)
        {
            job["policy"]!["timeout_seconds"] = 7_200;
        }

        using var answer = await horde.PostAsync("jobs", job, "doubted");
        if (isCancelled)
        {
            await Eventually.TrueAsync(() => horde.Emulator.Counters.Creates == 1, "the job was bought", withinSeconds: 60);
            using var cancel = await horde.PostAsync("jobs/doubted/cancel");
        }

        var run = await horde.EndOfAsync("jobs/doubted");

        var outcome = run["outcome"]!;
        Assert.Equal(isCancelled ? "cancelled" : "timed_out", (string?)run["status"]);
        Assert.Equal((1, "in_doubt"), ((int)outcome["paid_attempts"]!, (string?)outcome["failure"]!["reason"]));
        Assert.Equal("in_doubt", (string?)outcome["attempts"]!.AsArray().Single()!["failure"]!["reason"]);
    }

    [Fact]
    public async Task Run_RefusedFromTheFirstRequestOn_IsNotCreatedAtItsBound()
    {
        var clock = VirtualHorde.NewClock();
        await using var horde = await StartAsync(
            clock,
            new Facilitator(HttpStatusCode.Forbidden, static () => true) { LetsTheFirstThrough = false }
        );

        using var answer = await horde.PostAsync("jobs", Job(), "refused");
        var run = await horde.EndOfAsync("jobs/refused");

        Assert.Equal(("failed", "not_created"), ((string?)run["status"], (string?)run["outcome"]!["failure"]!["class"]));
        Assert.Equal((0, 0), ((int)run["outcome"]!["paid_attempts"]!, horde.Emulator.Counters.Creates));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BuyJob_RequestIsGoneThoughOneWasSent_LooksBeforeItSaysNo(bool isStored)
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        var services = horde.Functions.Services;
        var key = new AttemptKey("gone", 1);
        if (isStored)
        {
            var spec = new ComputeHordeJobSpec
            {
                ExecutorClass = "always_on.test",
                DockerImage = "computehorde/sha256:latest",
                DownloadTimeLimitSec = 10,
                ExecutionTimeLimitSec = 10,
                UploadTimeLimitSec = 10,
            };
            await services
                .GetRequiredService<ComputeHordeClient>()
                .CreateJobAsync(spec, new CreateJobOptions { Tag = key.Tag }, TestContext.Current.CancellationToken);
        }

        var claim = await horde.UploadAsync(ContainerNames.Attempts, key.Path, "");
        await claim.SetMetadataAsync(
            new Dictionary<string, string>
            {
                ["owner"] = "another",
                ["state"] = "claimed",
                ["requested"] = $"{TimeProvider.System.GetUtcNow().AddMinutes(-2).ToUnixTimeMilliseconds()}",
                ["requests"] = "1",
            },
            cancellationToken: TestContext.Current.CancellationToken
        );

        var outcome = await ActivatorUtilities
            .CreateInstance<BuyJob>(services)
            .RunAsync(
                new BuyJobInput(key, "gone", new string('0', 64), TimeProvider.System.GetUtcNow(), UrlSeconds: 60),
                TestContext.Current.CancellationToken
            );

        Assert.Equal((isStored ? BuyStatus.Bought : BuyStatus.Impossible, false), (outcome.Status, outcome.IsInDoubt));
    }

    private static JsonObject Job()
    {
        var job = Jobs.Sha256("doubted");
        job["policy"] = new JsonObject { ["create_timeout_seconds"] = 600 };
        return job;
    }

    private static Task<HordeFixture> StartAsync(VirtualTimeProvider clock, Facilitator facilitator) =>
        VirtualHorde.StartAsync(
            clock,
            Poll,
            services =>
                services.ConfigureAll<HttpClientFactoryOptions>(options =>
                    options.HttpMessageHandlerBuilderActions.Add(builder => builder.AdditionalHandlers.Add(facilitator.Handler()))
                )
        );

    /// <summary>Lets the first request for a job through, and loses its answer; all that comes after is refused.</summary>
    private sealed class Facilitator(HttpStatusCode status, Func<bool> isAway)
    {
        private readonly HttpStatusCode _status = status;
        private readonly Func<bool> _isAway = isAway;
        private int _creates;

        public bool LetsTheFirstThrough { get; init; } = true;

        public DelegatingHandler Handler() => new Gate(this);

        private sealed class Gate(Facilitator facilitator) : DelegatingHandler
        {
            protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                var isCreate =
                    request.Method == HttpMethod.Post
                    && request.RequestUri!.AbsolutePath.EndsWith("job-docker/", StringComparison.Ordinal);
                if (isCreate && facilitator.LetsTheFirstThrough && Interlocked.Increment(ref facilitator._creates) == 1)
                {
                    using var lost = await base.SendAsync(request, cancellationToken);
                    throw new HttpRequestException(HttpRequestError.ResponseEnded);
                }

                var hasBegun = !facilitator.LetsTheFirstThrough || Volatile.Read(ref facilitator._creates) > 0;
                return hasBegun && facilitator._isAway()
                    ? new HttpResponseMessage(facilitator._status)
                    : await base.SendAsync(request, cancellationToken);
            }
        }
    }
}

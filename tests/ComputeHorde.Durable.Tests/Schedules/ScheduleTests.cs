using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Intake;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Schedules;
using ComputeHorde.Durable.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Tests.Schedules;

/// <summary>Each occurrence starts its run once, on a clock that the test sets.</summary>
public sealed class ScheduleTests
{
    [Fact]
    public async Task Schedule_AcrossARestartAndTheEndOfSummer_StartsEachOccurrenceOnce()
    {
        var clock = new SetTime("2026-10-24T10:00:00Z");
        await using var horde = await StartAsync(clock);
        using var put = await PutAsync(horde, "nightly", "30 2 * * *", "Europe/Zurich");
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        Assert.Equal("2026-10-25T00:30:00+00:00", (string?)(await horde.GetAsync("schedules/nightly"))["next"]![0]);

        await TickAsync(horde);
        Assert.Empty(await RunsAsync(horde));
        clock.Set("2026-10-25T00:30:01Z");
        await TickAsync(horde);
        Assert.Equal(["nightly-20261025T003000Z"], await RunsAsync(horde));

        // The hour comes again, the host is another, and a day is over.
        clock.Set("2026-10-25T01:31:00Z");
        await TickAsync(horde);
        await horde.StopFunctionsAsync();
        await horde.StartFunctionsAsync();
        await TickAsync(horde);
        clock.Set("2026-10-26T01:31:00Z");
        await Task.WhenAll(
            TickAsync(horde),
            TickAsync(horde),
            AnotherHost(horde, clock).TickAsync(horde.Functions.Client, TestContext.Current.CancellationToken)
        );

        Assert.Equal(["nightly-20261025T003000Z", "nightly-20261026T013000Z"], await RunsAsync(horde));
        Assert.Equal("completed", (string?)(await horde.EndOfAsync("jobs/nightly-20261026T013000Z"))["status"]);
        Assert.All(horde.Emulator.Counters.PaidCreatesByTag, static paid => Assert.Equal(1, paid.Value));
    }

    [Fact]
    public async Task Schedule_BesideOnesThatCannotBeRead_StartsAndTheyAreNamed()
    {
        var clock = new SetTime("2026-11-28T10:30:00Z");
        await using var horde = await StartAsync(clock);
        await horde.UploadAsync("schedules", "broken.json", "{");
        await horde.UploadAsync("schedules", "empty.json", "null");
        await horde.UploadAsync("schedules", "later.json", """{"of_a_later_version":true}""");
        using var put = await PutAsync(horde, "nightly", "0 * * * *", "UTC");

        clock.Set("2026-11-28T11:00:30Z");
        await TickAsync(horde);

        Assert.Equal(["nightly-20261128T110000Z"], await RunsAsync(horde));
        Assert.Equal("nightly", (string?)Assert.Single((await horde.GetAsync("schedules"))["schedules"]!.AsArray())!["name"]);
        Assert.All(
            ["broken", "empty", "later"],
            name => Assert.Contains(horde.Log.Lines, line => line.Event.Id == 308 && line.Text.Contains(name, StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task Schedule_ClockIsSet_StartsNothingTwiceAndGoesOn()
    {
        var clock = new SetTime("2026-11-28T10:30:00Z");
        await using var horde = await StartAsync(clock);
        using var put = await PutAsync(horde, "hourly", "0 * * * *", "UTC");
        clock.Set("2026-11-28T11:00:30Z");
        await TickAsync(horde);

        // Back by an hour: eleven comes again. Then, by mistake, to another year and back: what was planned there holds nothing up.
        clock.Set("2026-11-28T10:10:00Z");
        await TickAsync(horde);
        clock.Set("2026-11-28T11:00:40Z");
        await TickAsync(horde);
        Assert.Equal(["hourly-20261128T110000Z"], await RunsAsync(horde));
        clock.Set("2031-01-01T00:30:00Z");
        await TickAsync(horde);
        clock.Set("2026-11-28T12:00:05Z");
        await TickAsync(horde);
        clock.Set("2026-11-28T13:00:05Z");
        await TickAsync(horde);

        Assert.Equal(
            ["hourly-20261128T110000Z", "hourly-20261128T120000Z", "hourly-20261128T130000Z"],
            (await RunsAsync(horde)).Where(static run => run.Contains("2026", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task Schedule_NothingRanForHours_CatchesUpOrSkipsAsAsked()
    {
        var clock = new SetTime("2026-11-28T00:30:00Z");
        await using var horde = await StartAsync(clock);
        using var catches = await PutAsync(horde, "catches", "0 * * * *", "UTC", new JsonObject { ["catch_up_seconds"] = 3 * 3600 });
        using var skips = await PutAsync(horde, "skips", "0 * * * *", "UTC");

        clock.Set("2026-11-28T06:30:00Z");
        await TickAsync(horde);
        clock.Set("2026-11-28T07:00:10Z");
        await TickAsync(horde);

        Assert.Equal(
            [
                "catches-20261128T040000Z",
                "catches-20261128T050000Z",
                "catches-20261128T060000Z",
                "catches-20261128T070000Z",
                "skips-20261128T070000Z",
            ],
            await RunsAsync(horde)
        );
    }

    [Fact]
    public async Task Schedule_PausedResumedReplacedAndDeleted_DoesAsItIsTold()
    {
        var clock = new SetTime("2026-11-28T00:30:00Z");
        await using var horde = await StartAsync(clock);
        using var put = await PutAsync(horde, "steered", "0 * * * *", "UTC");
        using var paused = await horde.PostAsync("schedules/steered/pause");
        clock.Set("2026-11-28T01:00:10Z");
        await TickAsync(horde);
        Assert.True((bool)(await horde.GetAsync("schedules/steered"))["is_paused"]!);
        Assert.Empty(await RunsAsync(horde));
        using var resumed = await horde.PostAsync("schedules/steered/resume");
        clock.Set("2026-11-28T02:00:10Z");
        await TickAsync(horde);
        using var replaced = await PutAsync(horde, "steered", "30 * * * *", "UTC");
        clock.Set("2026-11-28T02:30:10Z");
        await TickAsync(horde);
        Assert.Equal(
            ["steered"],
            (await horde.GetAsync("schedules"))["schedules"]!.AsArray().Select(static schedule => (string)schedule!["name"]!)
        );
        using var deleted = await horde.Http.DeleteAsync(
            new Uri("schedules/steered", UriKind.Relative),
            TestContext.Current.CancellationToken
        );
        clock.Set("2026-11-28T03:30:10Z");
        await TickAsync(horde);

        Assert.Equal(["steered-20261128T020000Z", "steered-20261128T023000Z"], await RunsAsync(horde));
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Empty((await horde.GetAsync("schedules"))["schedules"]!.AsArray());
        using var gone = await horde.PostAsync("schedules/steered/resume");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task Schedule_Jitter_IsTheSameOnEveryMachineAndBounded()
    {
        var document = new ScheduleDocument(new ScheduleSpec { Cron = "0 * * * *", JitterSeconds = 600 }, default, default);
        var at = new DateTimeOffset(2026, 11, 28, 0, 0, 0, TimeSpan.Zero);
        var jitters = Enumerable
            .Range(0, 100)
            .Select(hour => new StoredSchedule("jittered", document, default).StartOf(at.AddHours(hour)) - at.AddHours(hour))
            .ToList();

        Assert.All(jitters, static jitter => Assert.InRange(jitter.TotalSeconds, 0, 600));
        Assert.True(jitters.Distinct().Count() > 90);
        Assert.Equal(
            jitters,
            Enumerable
                .Range(0, 100)
                .Select(hour =>
                    new StoredSchedule("jittered", document with { CreatedAt = at }, default).StartOf(at.AddHours(hour)) - at.AddHours(hour)
                )
        );
        await Task.CompletedTask;
    }

    [Fact]
    public async Task Specification_WithASchedule_MakesItOnceAndIsNotBroughtBack()
    {
        var clock = new SetTime("2026-11-28T00:30:00Z");
        await using var horde = await StartAsync(clock);
        await horde.UploadAsync("jobs", "from-blob.json", Body("0 * * * *", "UTC").ToJsonString());
        await Eventually.TrueAsync(
            async () => (await horde.GetAsync("schedules"))["schedules"]!.AsArray().Count == 1,
            "the schedule is there"
        );
        using var deleted = await horde.Http.DeleteAsync(
            new Uri("schedules/from-blob", UriKind.Relative),
            TestContext.Current.CancellationToken
        );
        await horde
            .Functions.Services.GetRequiredService<SpecificationIntake>()
            .AcceptAsync(horde.Functions.Client, "from-blob.json", TestContext.Current.CancellationToken);
        Assert.Empty((await horde.GetAsync("schedules"))["schedules"]!.AsArray());

        await horde.UploadAsync("jobs", "wrong.json", Body("never", "UTC").ToJsonString());
        await Eventually.TrueAsync(async () => (await horde.ListAsync("jobs-rejected")).Count == 1, "the other is refused");
        Assert.Contains("schedule.cron", await horde.DownloadAsync("jobs-rejected", "wrong.problems.json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gauge_RunsEndAsTheyDo_SaysWhatTheySayOfTheHorde()
    {
        var clock = new SetTime("2026-11-28T00:30:00Z");
        await using var horde = await StartAsync(clock);
        using var listener = new MeterListener();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        listener.InstrumentPublished = static (instrument, meter) =>
        {
            if (instrument.Name == "computehorde.schedule.horde")
            {
                meter.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<int>((_, value, tags, _) => seen[(string)tags[0].Value!] = value);
        listener.Start();
        horde.Emulator.SetBehaviourForTag("canary-b", "rejected:busy");
        horde.Emulator.SetBehaviourForTag("canary-d", "failed:nonzero_return_code:3");
        foreach (var name in new[] { "canary-h", "canary-b", "canary-d" })
        {
            using var put = await PutAsync(horde, name, "0 * * * *", "UTC");
        }

        clock.Set("2026-11-28T01:00:10Z");
        await TickAsync(horde);
        await Eventually.TrueAsync(
            async () =>
            {
                await TickAsync(horde);
                listener.RecordObservableInstruments();
                return seen.GetValueOrDefault("canary-h", -1) == 2
                    && seen.GetValueOrDefault("canary-b", -1) == 1
                    && seen.GetValueOrDefault("canary-d", -1) == 0;
            },
            "all are known"
        );
        Assert.Equal("busy", (string?)(await horde.GetAsync("schedules/canary-b"))["horde"]);
    }

    [Fact]
    public async Task Schedule_OfABatch_StartsItOnceAtEachTimeByEveryWay()
    {
        var clock = new SetTime("2026-11-28T00:30:00Z");
        await using var horde = await StartAsync(clock);
        await horde.UploadAsync("jobs", "night.jsonl", $"{Jobs.Sha256("one").ToJsonString()}\n{Jobs.Sha256("two").ToJsonString()}\n");
        var body = new JsonObject
        {
            ["jobs_blob"] = "night.jsonl",
            ["max_parallel"] = 2,
            ["schedule"] = new JsonObject { ["cron"] = "0 * * * *", ["time_zone"] = "UTC" },
        };
        using var put = await horde.Http.PutAsJsonAsync(
            new Uri("schedules/lots", UriKind.Relative),
            body,
            TestContext.Current.CancellationToken
        );
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        body["jobs"] = new JsonArray(Jobs.Sha256("three"));
        body.Remove("jobs_blob");
        await horde.UploadAsync("jobs", "listed.json", body.ToJsonString());
        await Eventually.TrueAsync(async () => (await horde.GetAsync("schedules"))["schedules"]!.AsArray().Count == 2, "both are there");

        clock.Set("2026-11-28T01:00:10Z");
        await TickAsync(horde);
        await TickAsync(horde);
        var lots = await horde.EndOfAsync("batches/lots-20261128T010000Z");
        await horde.EndOfAsync("batches/listed-20261128T010000Z");
        await TickAsync(horde);

        Assert.Equal("completed", (string?)lots["status"]);
        Assert.Equal(2, (int)lots["summary"]!["lines"]!);
        Assert.Equal(["listed-20261128T010000Z~1", "lots-20261128T010000Z~1", "lots-20261128T010000Z~2"], await RunsAsync(horde));
        var last = (await horde.GetAsync("schedules/lots"))["last"]!;
        Assert.Equal(
            ("lots-20261128T010000Z", true, "completed"),
            ((string?)last["run"], (bool)last["is_batch"]!, (string?)last["status"])
        );

        // The blob is gone when the next one is due: that is said, and the one after finds another.
        await horde
            .Blobs.GetBlobContainerClient("jobs")
            .DeleteBlobAsync("night.jsonl", cancellationToken: TestContext.Current.CancellationToken);
        clock.Set("2026-11-28T02:00:10Z");
        await TickAsync(horde);
        Assert.Contains("jobs_blob", (string?)(await horde.GetAsync("schedules/lots"))["problem"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("id", "\"mine\"")]
    [InlineData("max_parallel", "0")]
    [InlineData("docker_image", "\"both\"")]
    [InlineData("jobs", "[]")]
    public async Task Put_OfABatchThatIsWrong_NamesTheField(string field, string value)
    {
        await using var horde = await StartAsync(new SetTime("2026-11-28T00:30:00Z"));
        var body = new JsonObject
        {
            ["jobs_blob"] = "night.jsonl",
            ["schedule"] = new JsonObject { ["cron"] = "0 * * * *" },
            [field] = JsonNode.Parse(value),
        };

        using var answer = await horde.Http.PutAsJsonAsync(
            new Uri("schedules/wrong", UriKind.Relative),
            body,
            TestContext.Current.CancellationToken
        );

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(
            $"\"{field}\"",
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Put_WrongInEveryPart_NamesEachField()
    {
        await using var horde = await StartAsync(new SetTime("2026-11-28T00:30:00Z"));
        var body = Body("99 * * * *", "Nowhere");
        body["docker_image"] = "";
        body["cross_validation"] = new JsonObject { ["comparer"] = "custom:none" };

        using var answer = await horde.Http.PutAsJsonAsync(
            new Uri("schedules/wrong", UriKind.Relative),
            body,
            TestContext.Current.CancellationToken
        );
        using var name = await horde.Http.PutAsJsonAsync(
            new Uri($"schedules/{new string('n', 81)}", UriKind.Relative),
            Body("0 * * * *", "UTC"),
            TestContext.Current.CancellationToken
        );
        using var none = await horde.Http.PutAsJsonAsync(
            new Uri("schedules/none", UriKind.Relative),
            Jobs.Sha256("none"),
            TestContext.Current.CancellationToken
        );

        var problems = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.All(
            ["schedule.cron", "schedule.time_zone", "docker_image"],
            field => Assert.Contains(field, problems, StringComparison.Ordinal)
        );
        Assert.All([answer, name, none], static refused => Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode));
    }

    private static async Task<HordeFixture> StartAsync(SetTime clock) =>
        await HordeFixture.StartAsync(
            new HordeFixtureOptions
            {
                // The test ticks: the timer would see times in between.
                Settings = new Dictionary<string, string?> { ["AzureWebJobs.StartScheduled.Disabled"] = "true" },
                Services = services =>
                {
                    services.AddSingleton(provider => Ticker(provider, clock));
                    services.AddSingleton(provider => new ScheduleService(
                        provider.GetRequiredService<ScheduleStore>(),
                        provider.GetRequiredService<ScheduleTicker>(),
                        provider.GetRequiredService<RunStarter>(),
                        provider.GetRequiredService<IBatchStarter>(),
                        clock
                    ));
                },
            }
        );

    private static ScheduleTicker Ticker(IServiceProvider provider, TimeProvider clock) =>
        new(
            provider.GetRequiredService<ScheduleStore>(),
            provider.GetRequiredService<RunStarter>(),
            provider.GetRequiredService<IBatchStarter>(),
            provider.GetRequiredService<RunService>(),
            provider.GetRequiredService<ScheduleTelemetry>(),
            clock,
            provider.GetRequiredService<ILogger<ScheduleTicker>>()
        );

    private static ScheduleTicker AnotherHost(HordeFixture horde, TimeProvider clock) => Ticker(horde.Functions.Services, clock);

    private static Task TickAsync(HordeFixture horde)
    {
        var ticker = horde.Functions.Services.GetRequiredService<ScheduleTicker>();
        ticker.Wake();
        return ticker.TickAsync(horde.Functions.Client, TestContext.Current.CancellationToken);
    }

    private static async Task<List<string>> RunsAsync(HordeFixture horde)
    {
        var runs = (await horde.GetAsync("jobs?page_size=500"))["jobs"]!.AsArray().Select(static run => (string)run!["id"]!).ToList();
        runs.Sort(StringComparer.Ordinal);
        return runs;
    }

    private static Task<HttpResponseMessage> PutAsync(HordeFixture horde, string name, string cron, string zone, JsonObject? more = null) =>
        horde.Http.PutAsJsonAsync(
            new Uri($"schedules/{name}", UriKind.Relative),
            Body(cron, zone, more),
            TestContext.Current.CancellationToken
        );

    private static JsonObject Body(string cron, string zone, JsonObject? more = null)
    {
        var body = Jobs.Sha256("scheduled");
        var schedule = more ?? [];
        schedule["cron"] = cron;
        schedule["time_zone"] = zone;
        body["schedule"] = schedule;
        return body;
    }

    /// <summary>A clock that is set by hand, as clocks can be; what passes is the machine's.</summary>
    private sealed class SetTime(string start) : TimeProvider
    {
        private long _ticks = Parse(start);

        public void Set(string time) => Interlocked.Exchange(ref _ticks, Parse(time));

        public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

        private static long Parse(string time) => DateTimeOffset.Parse(time, CultureInfo.InvariantCulture).UtcTicks;
    }
}

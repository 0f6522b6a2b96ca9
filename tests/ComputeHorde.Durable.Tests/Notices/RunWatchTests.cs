using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.Notices;
using ComputeHorde.Durable.Tests.Support;

namespace ComputeHorde.Durable.Tests.Notices;

/// <summary>Callers that stay connected hear of a change when it comes.</summary>
public sealed class RunWatchTests
{
    [Fact]
    public async Task Wait_RunChangesAndEnds_AnswersEachTimeAndAtOnceAfterTheEnd()
    {
        using var held = new HeldTime();
        await using var horde = await HordeFixture.StartAsync(
            new HordeFixtureOptions
            {
                Emulator = emulator =>
                {
                    held.Drive(emulator);
                    emulator.Speed = 10;
                },
            }
        );
        using var started = await horde.PostAsync("jobs", Jobs.Sha256("waited"), "waited");
        await Eventually.TrueAsync(async () => Status(await horde.GetAsync("jobs/waited")) == "sent", "the job was bought");

        // Sixty seconds are longer than this request may take: without a change there would be no answer.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(55));
        var change = horde.Http.GetFromJsonAsync<JsonObject>(new Uri("jobs/waited?wait=60", UriKind.Relative), limit.Token);
        held.Advance(TimeSpan.FromSeconds(0.03));
        var run = (await change)!;
        Assert.Equal("received", Status(run));

        held.LetGo();
        while (run["outcome"] is null)
        {
            run = await horde.GetAsync("jobs/waited?wait=60");
        }

        Assert.Equal("completed", (string?)run["status"]);
        using var again = await horde.Http.GetAsync(
            new Uri("jobs/waited?wait=60", UriKind.Relative),
            TestContext.Current.CancellationToken
        );
        using var request = new HttpRequestMessage(HttpMethod.Get, "jobs/waited?wait=60")
        {
            Headers = { IfNoneMatch = { again.Headers.ETag! } },
        };
        using var unchanged = await horde.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotModified), (again.StatusCode, unchanged.StatusCode));

        static string? Status(JsonObject run) => (string?)run["progress"]?["status"];
    }

    [Fact]
    public async Task Wait_BatchChangesAndEnds_AnswersEachTimeAndAtOnceAfterTheEnd()
    {
        using var held = new HeldTime();
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { Emulator = held.Drive });
        using var started = await horde.PostAsync(
            "batches",
            new JsonObject { ["jobs"] = new JsonArray(Jobs.Sha256("one"), Jobs.Sha256("two")), ["max_parallel"] = 1 },
            "waited"
        );
        var first = Eventually.TrueAsync(
            () =>
            {
                held.Advance(TimeSpan.FromSeconds(0.01));
                return horde.Emulator.Jobs.Any(static job => job.Status == "completed");
            },
            "the first line's job ended"
        );

        // The second line's stands still, so one is done for as long as it takes; and the answer comes before the sixty seconds are over.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(55));
        JsonObject batch;
        do
        {
            batch = (await horde.Http.GetFromJsonAsync<JsonObject>(new Uri("batches/waited?wait=60", UriKind.Relative), limit.Token))!;
        } while ((int?)batch["progress"]?["done"] != 1);

        await first;
        held.LetGo();
        while (batch["summary"] is null)
        {
            batch = await horde.GetAsync("batches/waited?wait=60");
        }

        Assert.Equal("completed", (string?)batch["status"]);
        using var again = await horde.Http.GetAsync(
            new Uri("batches/waited?wait=60", UriKind.Relative),
            TestContext.Current.CancellationToken
        );
        using var wrong = await horde.Http.GetAsync(
            new Uri("batches/waited?wait=61", UriKind.Relative),
            TestContext.Current.CancellationToken
        );
        using var none = await horde.Http.GetAsync(
            new Uri("batches/nobody?wait=1", UriKind.Relative),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(
            (HttpStatusCode.OK, HttpStatusCode.BadRequest, HttpStatusCode.NotFound),
            (again.StatusCode, wrong.StatusCode, none.StatusCode)
        );
    }

    [Theory]
    [InlineData("61")]
    [InlineData("-1")]
    [InlineData("soon")]
    public async Task Wait_OutOfBounds_IsRefusedByItsName(string wait)
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });

        using var answer = await horde.Http.GetAsync(
            new Uri($"jobs/any?wait={wait}", UriKind.Relative),
            TestContext.Current.CancellationToken
        );

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(
            "\"wait\"",
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Events_ConnectionIsLostAgainAndAgain_TellEveryStatusOnceAndEndWithTheRun()
    {
        await using var horde = await HordeFixture.StartAsync(Slow);
        horde.Emulator.SetBehaviourForTag("followed#", "failed:nonzero_return_code:3,ok");
        var job = Jobs.Sha256("followed");
        job["policy"] = new JsonObject { ["backoff_seconds"] = 0.05, ["retry_reasons"] = new JsonArray("nonzero_return_code") };
        using var started = await horde.PostAsync("jobs", job, "followed");
        var statuses = new List<string>();
        SseItem<string>? end = null;
        for (string? lastId = null; end is null;)
        {
            // Two events, and the line is cut.
            await foreach (var item in ReadAsync(horde, "followed", lastId).Take(2))
            {
                lastId = item.EventId ?? lastId;
                if (item.EventType == "status")
                {
                    statuses.Add($"{JsonNode.Parse(item.Data)!["attempt"]} {JsonNode.Parse(item.Data)!["status"]}");
                }

                end = item.EventType == "end" ? item : null;
            }
        }

        var run = JsonNode.Parse(end.Value.Data)!;
        var expected = run["outcome"]!["attempts"]!
            .AsArray()
            .SelectMany(static attempt => attempt!["history"]!.AsArray().Select(change => $"{attempt["number"]} {change!["status"]}"));
        Assert.Equal("completed", (string?)run["status"]);
        Assert.Equal(expected, statuses);
        using var request = new HttpRequestMessage(HttpMethod.Get, "jobs/followed/events");
        request.Headers.Add("Last-Event-ID", end.Value.EventId);
        using var over = await horde.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NoContent, over.StatusCode);
    }

    [Fact]
    public async Task Events_TooManyFollow_AreRefusedUntilOneLeaves()
    {
        await using var horde = await HordeFixture.StartAsync(Slow);
        horde.Emulator.SetBehaviourForTag("crowd#", "stuck:accepted");
        using var started = await horde.PostAsync("jobs", Jobs.Sha256("crowd"), "crowd");
        using var unknown = await OpenAsync(horde, "nobody");
        var open = new List<HttpResponseMessage>();
        for (var follower = 0; follower < Watchers.Most; follower++)
        {
            open.Add(await OpenAsync(horde, "crowd"));
        }

        using var refused = await OpenAsync(horde, "crowd");
        open[0].Dispose();
        HttpStatusCode? later = null;
        await Eventually.TrueAsync(
            async () =>
            {
                using var answer = await OpenAsync(horde, "crowd");
                later = answer.StatusCode;
                return later == HttpStatusCode.OK;
            },
            "a place is free"
        );

        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.All(open, static answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        open.ForEach(static answer => answer.Dispose());
    }

    /// <summary>Slow enough to be seen on its way.</summary>
    private static HordeFixtureOptions Slow => new() { Emulator = static emulator => emulator.Speed = 8 };

    private static Task<HttpResponseMessage> OpenAsync(HordeFixture horde, string run, string? lastId = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"jobs/{run}/events");
        if (lastId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastId);
        }

        return horde.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    private static async IAsyncEnumerable<SseItem<string>> ReadAsync(HordeFixture horde, string run, string? lastId)
    {
        using var answer = await OpenAsync(horde, run, lastId);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        await using var body = await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        await foreach (var item in SseParser.Create(body).EnumerateAsync(TestContext.Current.CancellationToken))
        {
            yield return item;
        }
    }
}

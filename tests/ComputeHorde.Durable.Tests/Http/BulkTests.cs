using System.Net;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.Intake;
using ComputeHorde.Durable.Tests.Support;

namespace ComputeHorde.Durable.Tests.Http;

public class BulkTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Cancel_ManyByLabel_StopsThoseAndNoOthers()
    {
        await using var horde = await StartAsync();
        horde.Emulator.SetBehaviourForTag("", "stuck:accepted");
        for (var number = 0; number < 6; number++)
        {
            var job = Jobs.Sha256("one");
            job["labels"] = new JsonObject { ["team"] = number < 5 ? "red" : "blue" };
            await horde.PostAsync("jobs", job, $"run-{number}");
        }

        await Eventually.TrueAsync(async () => (await horde.GetAsync("jobs?status=running"))["jobs"]!.AsArray().Count == 6, "all run");
        var dry = await CallAsync(horde, "jobs/cancel", new JsonObject { ["label"] = "team=red", ["dry_run"] = true });
        Assert.Equal(5, dry["runs"]!.AsArray().Count);
        Assert.Equal(6, (await horde.GetAsync("jobs?status=running"))["jobs"]!.AsArray().Count);

        var cancelled = new List<string>();
        string? continuation = null;
        do
        {
            var body = new JsonObject { ["label"] = new JsonArray("team=red"), ["limit"] = 2 };
            body["continuation"] = continuation;
            var answer = await CallAsync(horde, "jobs/cancel", body);
            cancelled.AddRange(answer["runs"]!.AsArray().Select(static run => (string)run!["id"]!));
            continuation = (string?)answer["continuation"];
        } while (continuation is not null);

        Assert.Equal(["run-0", "run-1", "run-2", "run-3", "run-4"], cancelled.Order(StringComparer.Ordinal));
        foreach (var id in cancelled)
        {
            Assert.Equal("cancelled", (string?)(await horde.EndOfAsync($"jobs/{id}"))["status"]);
        }

        Assert.Equal("running", (string?)(await horde.GetAsync("jobs/run-5"))["status"]);
    }

    [Fact]
    public async Task Rerun_ManyTwiceUnderOneKey_RepeatsEachOnce()
    {
        await using var horde = await StartAsync();
        await RunFilterTests.StartRunsAsync(horde);
        var paid = horde.Emulator.Counters.Creates;

        var failed = await CallAsync(horde, "jobs/rerun", new JsonObject { ["label"] = "tier" }, "again");
        var completed = await CallAsync(horde, "jobs/rerun", new JsonObject { ["label"] = "tier", ["status"] = "completed" }, "again");
        var repeated = await CallAsync(horde, "jobs/rerun", new JsonObject { ["prefix"] = "red-", ["status"] = "completed" }, "again");

        Assert.Equal("bad-0", (string?)Assert.Single(failed["runs"]!.AsArray())!["id"]);
        Assert.Equal(
            ["red-0", "red-1", "red-2"],
            completed["runs"]!.AsArray().Select(static run => (string)run!["id"]!).Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            completed["runs"]!.AsArray().Select(static run => (string)run!["rerun"]!).Order(StringComparer.Ordinal),
            repeated["runs"]!.AsArray().Select(static run => (string)run!["rerun"]!).Order(StringComparer.Ordinal)
        );
        foreach (var run in completed["runs"]!.AsArray())
        {
            var again = await horde.EndOfAsync($"jobs/{(string)run!["rerun"]!}");
            Assert.Equal(("completed", (string?)run["id"]), ((string?)again["status"], (string?)again["rerun_of"]));
        }

        await horde.EndOfAsync($"jobs/{(string)failed["runs"]![0]!["rerun"]!}");
        Assert.Equal(paid + 4, horde.Emulator.Counters.Creates);
    }

    [Fact]
    public async Task Rerun_OneRun_StartsTheSameRequestUnderANewName()
    {
        await using var horde = await StartAsync();
        await RunFilterTests.StartRunsAsync(horde);

        using var first = await horde.PostAsync("jobs/red-0/rerun", idempotencyKey: "second");
        using var again = await horde.PostAsync("jobs/red-0/rerun", idempotencyKey: "second");
        using var taken = await horde.PostAsync("jobs/bad-0/rerun", idempotencyKey: "second");
        using var unknown = await horde.PostAsync("jobs/nobody/rerun");
        var run = await horde.EndOfAsync("jobs/second");

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (first.StatusCode, again.StatusCode));
        Assert.Equal(new Uri(horde.Http.BaseAddress!, "jobs/second"), first.Headers.Location);
        Assert.Equal(
            ("completed", "red-0", "{\"team\":\"red\",\"tier\":\"0\"}"),
            ((string?)run["status"], (string?)run["rerun_of"], run["labels"]!.ToJsonString())
        );
        await RunFilterTests.AssertRefusedAsync(taken, HttpStatusCode.Conflict, "Idempotency-Key");
        await RunFilterTests.AssertRefusedAsync(unknown, HttpStatusCode.NotFound, "id");
    }

    [Fact]
    public async Task Rerun_RunThatHasNotEnded_IsRefused()
    {
        await using var horde = await StartAsync();
        horde.Emulator.SetBehaviourForTag("", "stuck:accepted");
        await horde.PostAsync("jobs", Jobs.Sha256("one"), "first");

        using var answer = await horde.PostAsync("jobs/first/rerun", idempotencyKey: "second");

        await RunFilterTests.AssertRefusedAsync(answer, HttpStatusCode.Conflict, "id");
        Assert.DoesNotContain("second.json", await horde.ListAsync("requests"));
    }

    [Theory]
    [InlineData("100", 100)]
    [InlineData("1e2", 100)]
    [InlineData("1E+2", 100)]
    [InlineData("100.0", 100)]
    [InlineData("1000e-1", 100)]
    public void Parse_LimitInAnyFormOfANumber_IsThatNumber(string text, int limit) =>
        Assert.Equal(limit, BulkRequest.Parse(BinaryData.FromString($$"""{"prefix":"a","limit":{{text}}}""")).Limit);

    private static readonly (string Order, string Body, string Field)[] BadBodies =
    [
        ("cancel", """{}""", "body"),
        ("cancel", """[]""", "body"),
        ("cancel", """{"dry_run":true}""", "body"),
        ("cancel", """{"prefix":"a","dryrun":true}""", "dryrun"),
        ("cancel", """{"prefix":"a","dry_run":"yes"}""", "dry_run"),
        ("cancel", """{"prefix":""}""", "prefix"),
        ("cancel", """{"prefix":["a"]}""", "prefix"),
        ("cancel", """{"label":[]}""", "label"),
        ("cancel", """{"label":[1]}""", "label"),
        ("cancel", """{"status":"completed"}""", "status"),
        ("cancel", """{"prefix":"a","limit":0}""", "limit"),
        ("cancel", """{"prefix":"a","limit":"10"}""", "limit"),
        ("cancel", """{"prefix":"a","limit":1.5}""", "limit"),
        ("cancel", """{"prefix":"a","limit":1e400}""", "limit"),
        ("cancel", """{"prefix":"a","continuation":"x"}""", "continuation"),
        ("rerun", """{"status":"running"}""", "status"),
    ];

    [Fact]
    public async Task Bulk_BadBody_IsRefusedByField()
    {
        await using var horde = await StartAsync();

        foreach (var (order, body, field) in BadBodies)
        {
            using var answer = await horde.PostAsync($"jobs/{order}", JsonNode.Parse(body));

            await RunFilterTests.AssertRefusedAsync(answer, HttpStatusCode.BadRequest, field);
        }
    }

    [Fact]
    public async Task Rerun_MoreThanMayBeStarted_IsRefusedWhole()
    {
        await using var horde = await HordeFixture.StartAsync(
            new HordeFixtureOptions
            {
                Output = output,
                InMemory = true,
                Settings = new Dictionary<string, string?> { ["ComputeHorde__MaxStartsPerMinute"] = "4" },
            }
        );
        await RunFilterTests.StartRunsAsync(horde);

        using var answer = await horde.PostAsync("jobs/rerun", new JsonObject { ["prefix"] = "red-", ["status"] = "completed" }, "again");

        await RunFilterTests.AssertRefusedAsync(answer, HttpStatusCode.TooManyRequests, "rate");
        Assert.Equal(4, horde.Emulator.Counters.Creates);
    }

    [Fact]
    public async Task Request_WithSecrets_IsShownWithoutThem()
    {
        await using var horde = await StartAsync();
        var job = Jobs.Sha256("one");
        job["env"] = new JsonObject { ["TOKEN"] = "hush-1" };
        job["input_volumes"] = new JsonObject
        {
            ["/volume/a"] = new JsonObject { ["type"] = "inline", ["contents"] = "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==" },
            ["/volume/b"] = new JsonObject
            {
                ["type"] = "huggingface",
                ["repo_id"] = "a/b",
                ["token"] = "hush-2",
            },
        };
        job["output_volumes"] = new JsonObject
        {
            ["/output/y"] = new JsonObject { ["http_method"] = "PUT", ["url"] = "http://user:hush-3@127.0.0.1:1/x?sig=hush-4" },
        };
        using var started = await horde.PostAsync("jobs", job, "secret");

        var shown = (await horde.GetAsync("jobs/secret/request")).ToJsonString();

        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        Assert.DoesNotContain("hush", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("UEsF", shown, StringComparison.Ordinal);
        Assert.Contains("\"TOKEN\"", shown, StringComparison.Ordinal);
        Assert.Contains("\"http://127.0.0.1:1/x (not shown)\"", shown, StringComparison.Ordinal);
        Assert.Contains("\"repo_id\":\"a/b\"", shown, StringComparison.Ordinal);
        await horde.PostAsync("jobs/secret/cancel");
    }

    [Fact]
    public void Request_WithAWebhookAndUnknownFields_IsShownWithoutTheirSecrets()
    {
        var shown = RequestView.Of(
            BinaryData.FromString(
                """{"docker_image":"a","webhook":{"url":"https://hooks.example.com/hush","events":["run.completed"]},"later":{"token":"hush"},"env":"hush"}"""
            )
        );

        Assert.Equal(
            """{"docker_image":"a","webhook":{"url":"https://hooks.example.com (not shown)","events":["run.completed"]},"later":"(not shown)","env":"(not shown)"}""",
            shown.ToJsonString()
        );
    }

    [Fact]
    public async Task Lists_OfBatchesAndLimits_ShowWhatThereIs()
    {
        await using var horde = await HordeFixture.StartAsync(
            new HordeFixtureOptions
            {
                Output = output,
                InMemory = true,
                Settings = new Dictionary<string, string?> { ["ComputeHorde__Limits__tight__MaxInFlight"] = "1" },
            }
        );
        horde.Emulator.SetBehaviourForTag("one", "stuck:accepted");
        foreach (var id in new[] { "one", "two" })
        {
            var job = Jobs.Sha256(id);
            job["job_namespace"] = "tight";
            await horde.PostAsync("jobs", job, id);
            await Eventually.TrueAsync(
                async () => (await horde.GetAsync($"jobs/{id}"))["progress"] is not null,
                $"{id} asks for its place"
            );
        }

        await horde.PostAsync("batches", new JsonArray(Jobs.Sha256("one"), Jobs.Sha256("two")), "lot");
        await horde.EndOfAsync("batches/lot");
        await Eventually.TrueAsync(async () => (await horde.GetAsync("limits"))["waiting_runs"]!.AsArray().Count == 1, "one waits");

        Assert.Equal("lot", (string?)Assert.Single((await horde.GetAsync("batches"))["batches"]!.AsArray())!["id"]);
        Assert.Equal(
            ["two"],
            (await horde.GetAsync("jobs?phase=waiting_for_place"))["jobs"]!.AsArray().Select(static run => (string?)run!["id"])
        );
        using var cheat = await horde.Http.GetAsync(new Uri("cheats/..%2Fx", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, cheat.StatusCode);
        await horde.PostAsync("jobs/cancel", new JsonObject { ["namespace"] = "tight" });
    }

    private static async Task<JsonObject> CallAsync(HordeFixture horde, string path, JsonObject body, string? key = null)
    {
        using var answer = await horde.PostAsync(path, body, key);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.AsObject();
    }

    private Task<HordeFixture> StartAsync() => HordeFixture.StartAsync(new HordeFixtureOptions { Output = output, InMemory = true });
}

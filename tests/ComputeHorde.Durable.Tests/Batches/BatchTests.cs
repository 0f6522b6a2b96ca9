using System.Net;
using System.Text.Json.Nodes;
using Azure.Storage.Queues;
using ComputeHorde.Durable.Tests.Support;

namespace ComputeHorde.Durable.Tests.Batches;

public class BatchTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Batch_InlineWithBadLines_RunsTheRestAndReportsThemByNumber()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { Output = output });
        var jobs = new JsonArray(
            Jobs.Sha256("one"),
            new JsonObject { ["docker_image"] = 5 },
            Jobs.Sha256("three", "/output/x.txt"),
            JsonValue.Create(4),
            Jobs.Sha256("five")
        );

        using var answer = await horde.PostAsync("batches", new JsonObject { ["jobs"] = jobs, ["max_parallel"] = 2 }, "lot-1");
        var batch = await horde.EndOfAsync("batches/lot-1");
        var results = await ResultsAsync(horde, "lot-1");

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.EndsWith("/api/batches/lot-1", answer.Headers.Location!.AbsoluteUri, StringComparison.Ordinal);
        Assert.Equal("completed", (string?)batch["status"]);
        Assert.Equal(5, (int)batch["summary"]!["lines"]!);
        Assert.Equal("completed:3 invalid:2", Counted(batch));
        Assert.Equal([1, 2, 3, 4, 5], results.Select(static line => (int)line["line"]!));
        Assert.Equal(
            "docker_image",
            (string?)
                results[1]["problems"]!
                    .AsArray()
                    .First(static problem => ((string)problem!["field"]!).StartsWith("docker", StringComparison.Ordinal))!["field"]
        );
        Assert.Equal("completed", (string?)(await horde.GetAsync("jobs/lot-1~3"))["status"]);
        Assert.Equal(3, horde.Emulator.Counters.Creates);
    }

    [Fact]
    public async Task Batch_StrictWithABadLine_RunsNothing()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { Output = output });
        await horde.UploadAsync(
            "jobs",
            "lot.jsonl",
            $"{Jobs.Sha256("one").ToJsonString()}\n\n{{\"docker_image\":1}}\n{Jobs.Sha256("four").ToJsonString()}\n"
        );

        await horde.PostAsync("batches", new JsonObject { ["jobs_blob"] = "lot.jsonl", ["strict"] = true }, "lot-2");
        var batch = await horde.EndOfAsync("batches/lot-2");
        var results = await ResultsAsync(horde, "lot-2");

        Assert.Equal("rejected", (string?)batch["status"]);
        Assert.Equal(["1:not_started", "3:invalid", "4:not_started"], results.Select(static line => $"{line["line"]}:{line["status"]}"));
        Assert.Equal(0, horde.Emulator.Counters.CreateCalls);
    }

    [Fact]
    public async Task Batch_SentTwice_StartsOnceAndRefusesAnotherBody()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { Output = output });
        var body = new JsonArray(Jobs.Sha256("one"));

        using var first = await horde.PostAsync("batches", body, "lot-3");
        using var second = await horde.PostAsync("batches", body, "lot-3");
        using var other = await horde.PostAsync("batches", new JsonArray(Jobs.Sha256("two")), "lot-3");
        await horde.EndOfAsync("batches/lot-3");

        Assert.Equal(
            (HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.Conflict),
            (first.StatusCode, second.StatusCode, other.StatusCode)
        );
        Assert.Equal(1, horde.Emulator.Counters.Creates);
    }

    [Fact]
    public async Task Batch_Rerun_RunsOnlyTheLinesThatFailed()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { Output = output });
        horde.Emulator.SetBehaviourForTag("lot-4~2#", "failed:nonzero_return_code:3");
        var bad = Jobs.Sha256("two");
        bad["policy"] = new JsonObject { ["max_attempts"] = 1 };
        await horde.PostAsync("batches", new JsonArray(Jobs.Sha256("one"), bad, JsonValue.Create("x")), "lot-4");
        var batch = await horde.EndOfAsync("batches/lot-4");

        using var answer = await horde.PostAsync("batches/lot-4/rerun", null, "lot-4-again");
        var again = await horde.EndOfAsync("batches/lot-4-again");
        var results = await ResultsAsync(horde, "lot-4-again");

        Assert.Equal("completed:1 failed:1 invalid:1", Counted(batch));
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(["2:completed", "3:invalid"], results.Select(static line => $"{line["line"]}:{line["status"]}"));
        Assert.Equal("completed", (string?)again["status"]);
        Assert.Equal(3, horde.Emulator.Counters.Creates);
    }

    [Fact]
    public async Task Batch_PausedAndResumed_BeginsNothingInBetween()
    {
        using var held = new HeldTime();
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { Output = output, Emulator = held.Drive });
        var jobs = new JsonArray([.. Enumerable.Range(0, 12).Select(static number => Jobs.Sha256($"word-{number}"))]);
        await horde.PostAsync("batches", new JsonObject { ["jobs"] = jobs, ["max_parallel"] = 2 }, "lot-5");
        await Eventually.TrueAsync(() => horde.Emulator.Counters.Creates >= 2, "two jobs are under way");

        await horde.PostAsync("batches/lot-5/pause");
        await Eventually.TrueAsync(
            async () => (string?)(await horde.GetAsync("batches/lot-5"))["status"] == "paused",
            "the batch is paused"
        );
        held.LetGo();
        await Eventually.TrueAsync(
            async () => horde.Emulator.Jobs.All(static job => job.Status == "completed") && (await horde.ListAsync("inflight")).Count == 0,
            "what was under way ended"
        );
        var begun = horde.Emulator.Counters.Creates;
        await horde.PostAsync("batches/lot-5/resume");
        var batch = await horde.EndOfAsync("batches/lot-5");

        Assert.InRange(begun, 2, 11);
        Assert.Equal("completed:12", Counted(batch));
        Assert.Equal(12, horde.Emulator.Counters.Creates);
    }

    [Fact]
    public async Task Batch_Cancelled_BuysNothingMoreAndAddsUp()
    {
        using var held = new HeldTime();
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { Output = output, Emulator = held.Drive });
        var jobs = new JsonArray([.. Enumerable.Range(0, 30).Select(static number => Jobs.Sha256($"word-{number}"))]);
        await horde.PostAsync("batches", new JsonObject { ["jobs"] = jobs, ["max_parallel"] = 3 }, "lot-6");
        await Eventually.TrueAsync(() => horde.Emulator.Counters.Creates >= 3, "three jobs are under way");

        await horde.PostAsync("batches/lot-6/cancel");
        var batch = await horde.EndOfAsync("batches/lot-6");
        var counts = batch["summary"]!["lines_by_status"]!.AsObject();

        Assert.Equal("cancelled", (string?)batch["status"]);
        Assert.Equal(30, counts.Sum(static count => (int)count.Value!));
        Assert.True((int)counts["not_started"]! >= 20, counts.ToJsonString());
    }

    [Fact]
    public async Task Batch_WithManyLinesUnderWay_ShowsThoseThatAreDone()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { Output = output, InMemory = true });
        var jobs = Enumerable.Range(1, 60).Select(static number => Jobs.Sha256($"word-{number}")).ToArray();
        foreach (var job in jobs[40..])
        {
            job["docker_image"] = "computehorde/stuck:latest";
        }

        horde.Emulator.SetBehaviourForImage("stuck", "stuck:accepted");
        await horde.UploadAsync("jobs", "lot.jsonl", string.Join('\n', jobs.Select(static job => job.ToJsonString())));
        await horde.PostAsync("batches", new JsonObject { ["jobs_blob"] = "lot.jsonl", ["max_parallel"] = 60 }, "lot-8");

        await Eventually.TrueAsync(
            async () => (int?)(await horde.GetAsync("batches/lot-8"))["progress"]?["done"] >= 30,
            "most of the lines that can end are seen to have ended"
        );
        var batch = await horde.GetAsync("batches/lot-8");
        await horde.PostAsync("batches/lot-8/cancel");
        var end = await horde.EndOfAsync("batches/lot-8");

        Assert.Equal("running", (string?)batch["status"]);
        Assert.InRange((int)batch["progress"]!["completed"]!, 30, 40);
        Assert.InRange((int)end["summary"]!["lines_by_status"]!["completed"]!, 30, 40);
    }

    [Fact]
    public async Task Batch_FromQueue_RunsOnceAndBadMessagesAreAnsweredWithoutPoison()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { Output = output });
        var queue = horde.Queues.GetQueueClient("batches");
        await queue.CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);
        var message = new JsonObject { ["id"] = "lot-7", ["jobs"] = new JsonArray(Jobs.Sha256("one"), Jobs.Sha256("two")) }.ToJsonString();

        await queue.SendMessageAsync(message, TestContext.Current.CancellationToken);
        await queue.SendMessageAsync(message, TestContext.Current.CancellationToken);
        await new QueueServiceClient(horde.Storage)
            .GetQueueClient("batches")
            .SendMessageAsync(message, TestContext.Current.CancellationToken);
        await queue.SendMessageAsync("not JSON", TestContext.Current.CancellationToken);
        var batch = await horde.EndOfAsync("batches/lot-7");
        await Eventually.TrueAsync(async () => (await horde.ListAsync("jobs-rejected")).Count == 1, "the bad message was answered");
        await Eventually.TrueAsync(
            async () => (await queue.GetPropertiesAsync(TestContext.Current.CancellationToken)).Value.ApproximateMessagesCount == 0,
            "the queue is empty"
        );

        Assert.Equal("completed:2", Counted(batch));
        Assert.Equal(2, horde.Emulator.Counters.Creates);
        Assert.False(await horde.Queues.GetQueueClient("batches-poison").ExistsAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Batch_WithoutItsBlob_IsRefused()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { Output = output });

        using var missing = await horde.PostAsync("batches", new JsonObject { ["jobs_blob"] = "nowhere.jsonl" });
        using var nothing = await horde.PostAsync("batches/nowhere/pause");

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.NotFound), (missing.StatusCode, nothing.StatusCode));
        Assert.Empty(await horde.ListAsync("requests"));
    }

    /// <summary>The lines of a summary by status, in one line.</summary>
    internal static string Counted(JsonObject batch) =>
        batch["summary"] is { } summary
            ? string.Join(' ', summary["lines_by_status"]!.AsObject().Select(static count => $"{count.Key}:{count.Value}"))
            : batch.ToJsonString();

    private static async Task<List<JsonObject>> ResultsAsync(HordeFixture horde, string batch)
    {
        var text = await horde.Http.GetStringAsync(
            new Uri($"batches/{batch}/results", UriKind.Relative),
            TestContext.Current.CancellationToken
        );
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonNode.Parse(line)!.AsObject())];
    }
}

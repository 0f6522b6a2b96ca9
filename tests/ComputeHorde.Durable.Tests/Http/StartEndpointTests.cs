using System.Net;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.Tests.Support;

namespace ComputeHorde.Durable.Tests.Http;

public sealed class StartEndpointTests
{
    [Fact]
    public async Task Start_MoreThanTheAppAllows_IsPutOffBeforeAnythingIsStored()
    {
        await using var horde = await HordeFixture.StartAsync(
            new HordeFixtureOptions
            {
                InMemory = true,
                Settings = new Dictionary<string, string?> { ["ComputeHorde__MaxStartsPerMinute"] = "3" },
            }
        );
        var answers = new List<HttpResponseMessage>();
        for (var number = 0; number < 3; number++)
        {
            answers.Add(await horde.PostAsync("jobs", Jobs.Sha256($"{number}"), $"run-{number}"));
        }

        using var job = await horde.PostAsync("jobs", Jobs.Sha256("more"), "more");
        using var batch = await horde.PostAsync("batches", new JsonArray(Jobs.Sha256("more")), "more");

        Assert.All(answers, static answer => Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode));
        Assert.All(
            [job, batch],
            static answer =>
            {
                Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
                Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
                Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            }
        );
        Assert.Equal(["run-0.json", "run-1.json", "run-2.json"], await horde.ListAsync("requests"));
        answers.ForEach(static answer => answer.Dispose());
    }

    [Fact]
    public async Task Start_OutputsThatNobodyOnTheInternetCouldUpload_IsRefusedBeforeItIsPaidFor()
    {
        await using var horde = await HordeFixture.StartAsync(
            new HordeFixtureOptions
            {
                InMemory = true,
                Settings = new Dictionary<string, string?> { ["ComputeHorde__FacilitatorUrl"] = "https://facilitator.invalid/" },
            }
        );
        using var refused = await horde.PostAsync("jobs", Jobs.Sha256("one", "/output/a.txt"), "refused");
        await horde.PostAsync("batches", new JsonArray(Jobs.Sha256("one", "/output/a.txt")), "lot");
        var batch = await horde.EndOfAsync("batches/lot");

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.NotNull(
            JsonNode.Parse(await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["errors"]!["outputs"]
        );
        Assert.Equal(1, (int?)batch["summary"]!["lines_by_status"]!["invalid"]);
    }

    [Fact]
    public async Task Start_UnderANameThatIsTaken_IsRefusedWhereTheNameStood()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        await horde.PostAsync("batches", Batch("lot-1", "one"));
        await horde.PostAsync("batches", Batch(null, "one"), "lot-2");
        await horde.PostAsync("jobs", Jobs.Sha256("one"), "train");

        using var byId = await horde.PostAsync("batches", Batch("lot-1", "two"));
        using var byIdOfAJob = await horde.PostAsync("batches", Batch("train", "two"));
        using var byHeader = await horde.PostAsync("batches", Batch(null, "two"), "lot-2");
        using var byBoth = await horde.PostAsync("batches", Batch("lot-1", "two"), "lot-1");
        using var job = await horde.PostAsync("jobs", Jobs.Sha256("two"), "train");

        Assert.Equal("'lot-1' names something with another body.", await FaultAsync(byId, HttpStatusCode.Conflict, "id"));
        Assert.Equal("'train' names something with another body.", await FaultAsync(byIdOfAJob, HttpStatusCode.Conflict, "id"));
        await FaultAsync(byHeader, HttpStatusCode.Conflict, "Idempotency-Key");
        await FaultAsync(byBoth, HttpStatusCode.Conflict, "Idempotency-Key");
        await FaultAsync(job, HttpStatusCode.Conflict, "Idempotency-Key");
    }

    [Theory]
    [InlineData(90, 90)]
    [InlineData(91, 90)]
    [InlineData(100, 90)]
    [InlineData(101, 90)]
    public async Task Start_NameOfABatchTooLong_IsRefusedWhereItStood(int length, int most)
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        var name = new string('a', length);

        using var header = await horde.PostAsync("batches", Batch(null, "one"), name);
        using var body = await horde.PostAsync("batches", Batch(new string('b', length), "one"));
        await horde.PostAsync("batches", Batch("lot", "one"));
        await horde.EndOfAsync("batches/lot");
        using var rerun = await horde.PostAsync("batches/lot/rerun", idempotencyKey: name);

        if (length <= most)
        {
            Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (header.StatusCode, body.StatusCode));
            return;
        }

        Assert.Contains($"1 to {most} ", await FaultAsync(header, HttpStatusCode.BadRequest, "Idempotency-Key"), StringComparison.Ordinal);
        Assert.Contains($"1 to {most} ", await FaultAsync(body, HttpStatusCode.BadRequest, "id"), StringComparison.Ordinal);
        Assert.Contains($"1 to {most} ", await FaultAsync(rerun, HttpStatusCode.BadRequest, "Idempotency-Key"), StringComparison.Ordinal);
    }

    private static JsonObject Batch(string? id, string word)
    {
        var batch = new JsonObject { ["jobs"] = new JsonArray(Jobs.Sha256(word)) };
        if (id is not null)
        {
            batch["id"] = id;
        }

        return batch;
    }

    private static async Task<string> FaultAsync(HttpResponseMessage answer, HttpStatusCode status, string field)
    {
        Assert.Equal(status, answer.StatusCode);
        var fault = Assert.Single(
            JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["errors"]!.AsObject()
        );
        Assert.Equal(field, fault.Key);
        return (string)fault.Value![0]!;
    }

    [Theory]
    [InlineData("/output/a", "/output/a/b")]
    [InlineData("/output/a/b/c", "/output/a")]
    public async Task Start_OutputThatIsAFileAndAFolder_IsRefusedBeforeItIsPaidFor(string first, string second)
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        using var refused = await horde.PostAsync("jobs", Jobs.Sha256("one", "/output/ab", first, "/output/a-b", second));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal(
            ["outputs[3]"],
            JsonNode.Parse(await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["errors"]!
                .AsObject()
                .Select(static error => error.Key)
        );
    }

    [Fact]
    public async Task Start_TimeLimitThatWouldOverflow_IsRefusedByField()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        string[] fields =
        [
            "download_time_limit_sec",
            "execution_time_limit_sec",
            "upload_time_limit_sec",
            "streaming_start_time_limit_sec",
        ];
        var lines = new JsonArray();
        foreach (var field in fields)
        {
            foreach (var seconds in new JsonNode[] { int.MaxValue, 604_801, 0, -1, 9_223_372_036_854_775_807 })
            {
                var job = Jobs.Sha256("one");
                job[field] = seconds;
                using var refused = await horde.PostAsync("jobs", job);
                Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
                Assert.Equal(
                    [field],
                    JsonNode.Parse(await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["errors"]!
                        .AsObject()
                        .Select(static error => error.Key)
                );
                lines.Add(job);
            }
        }

        await horde.PostAsync("batches", lines, "lot");
        var batch = await horde.EndOfAsync("batches/lot");

        Assert.Equal(lines.Count, (int?)batch["summary"]!["lines_by_status"]!["invalid"]);
        Assert.Equal(0, horde.Emulator.Counters.CreateCalls);
    }
}

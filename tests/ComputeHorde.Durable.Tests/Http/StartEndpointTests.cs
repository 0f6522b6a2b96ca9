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

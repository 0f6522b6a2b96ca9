using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;
using ComputeHorde.Durable.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeHorde.Durable.Tests.Http;

public class HttpEdgeTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("text/plain", null, "Content-Type")]
    [InlineData("application/x-www-form-urlencoded", null, "Content-Type")]
    [InlineData("application/json; charset=utf-16", null, "Content-Type")]
    [InlineData(null, null, "Content-Type")]
    [InlineData("application/json", "gzip", "Content-Encoding")]
    public async Task Start_BodyOfAnotherKind_IsRefusedByField(string? type, string? encoding, string field)
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { Output = output, InMemory = true });

        foreach (var path in new[] { "jobs", "batches" })
        {
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(Jobs.Sha256("one").ToJsonString()));
            content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
            if (encoding is not null)
            {
                content.Headers.ContentEncoding.Add(encoding);
            }

            using var answer = await horde.Http.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);

            Assert.Equal(
                (HttpStatusCode.UnsupportedMediaType, "application/problem+json"),
                (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType)
            );
            Assert.Contains(field, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        Assert.Empty(await horde.ListAsync("requests"));
    }

    [Fact]
    public async Task Start_NobodyGivesATokenForTheStorage_SaysThatItIsAway()
    {
        var isAway = false;
        await using var horde = await HordeFixture.StartAsync(
            new HordeFixtureOptions
            {
                Output = output,
                InMemory = true,
                Services = services =>
                    services.Configure<BlobClientOptions>(blobs =>
                        blobs.AddPolicy(
                            new AwayStorage(_ => Volatile.Read(ref isAway) ? new CredentialUnavailableException("no token") : null),
                            HttpPipelinePosition.PerCall
                        )
                    ),
            }
        );

        Volatile.Write(ref isAway, true);
        using var refused = await horde.PostAsync("jobs", Jobs.Sha256("one"), "one");
        using var health = await horde.Http.GetAsync(new Uri("health", UriKind.Relative), TestContext.Current.CancellationToken);
        Volatile.Write(ref isAway, false);
        using var taken = await horde.PostAsync("jobs", Jobs.Sha256("one"), "one");

        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "application/problem+json"),
            (refused.StatusCode, refused.Content.Headers.ContentType!.MediaType)
        );
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.Accepted), (health.StatusCode, taken.StatusCode));
    }

    [Fact]
    public async Task Start_WithAByteOrderMark_IsTakenEverywhere()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { Output = output });
        var json = "\ufeff" + Jobs.Sha256("one").ToJsonString();
        using var content = new StringContent(json, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), "application/json");
        content.Headers.ContentEncoding.Add("Identity"); // None, by its name, in any case.
        using var request = new HttpRequestMessage(HttpMethod.Post, "jobs")
        {
            Content = content,
            Headers = { { "Idempotency-Key", "marked" } },
        };

        using var answer = await horde.Http.SendAsync(request, TestContext.Current.CancellationToken);
        await horde.UploadAsync("jobs", "marked.json", json);
        await horde.UploadAsync("jobs", "lines.jsonl", json + "\n" + json);
        using var batch = await horde.PostAsync("batches", new JsonObject { ["jobs_blob"] = "lines.jsonl" }, "lines");
        var run = await horde.EndOfAsync("jobs/marked");
        var lines = await horde.EndOfAsync("batches/lines");

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (answer.StatusCode, batch.StatusCode));
        Assert.Equal("completed", (string?)run["status"]);
        Assert.Equal("completed:2", Batches.BatchTests.Counted(lines));
        await Eventually.TrueAsync(() => horde.Emulator.Counters.Creates == 4, "the specification ran as well");
    }

    [Fact]
    public async Task Start_UnderTheNameOfSomethingElse_IsRefused()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { Output = output });
        using var batch = await horde.PostAsync("batches", new JsonArray(Jobs.Sha256("one")), "lot");
        using var job = await horde.PostAsync("jobs", Jobs.Sha256("one"), "train");

        using var jobAsBatch = await horde.PostAsync("jobs", Jobs.Sha256("one"), "lot");
        using var batchAsJob = await horde.PostAsync("batches", new JsonArray(Jobs.Sha256("one")), "train");
        using var beside = await horde.PostAsync("batches", new JsonArray(Jobs.Sha256("two")), "lot-1");
        using var line = await horde.PostAsync("jobs", Jobs.Sha256("two"), "lot~1");
        await horde.EndOfAsync("batches/lot");
        await horde.EndOfAsync("batches/lot-1");

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (batch.StatusCode, job.StatusCode));
        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.Conflict), (jobAsBatch.StatusCode, batchAsJob.StatusCode));
        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.BadRequest), (beside.StatusCode, line.StatusCode));
        Assert.Equal("completed", (string?)(await horde.GetAsync("jobs/lot~1"))["status"]);
        Assert.Equal("completed", (string?)(await horde.GetAsync("jobs/lot-1~1"))["status"]);
    }

    [Fact]
    public async Task Batch_CancelledBeforeItsLanesBegin_BuysNothing()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { Output = output });
        var jobs = new JsonArray([.. Enumerable.Range(0, 600).Select(static number => Jobs.Sha256($"word-{number}"))]);

        using var started = await horde.PostAsync("batches", new JsonObject { ["jobs"] = jobs, ["max_parallel"] = 100 }, "early");
        using var cancelled = await horde.PostAsync("batches/early/cancel");
        var batch = await horde.EndOfAsync("batches/early");
        using var again = await horde.PostAsync("batches/early/cancel");

        Assert.Equal("cancelled", (string?)batch["status"]);
        Assert.Equal("not_started:600", Batches.BatchTests.Counted(batch));
        Assert.Equal(0, horde.Emulator.Counters.CreateCalls);
        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
    }

    [Fact]
    public async Task Start_ManyInvalidBodies_TakeNothingFromValidOnes()
    {
        await using var horde = await HordeFixture.StartAsync(
            new HordeFixtureOptions
            {
                Output = output,
                InMemory = true,
                Settings = new Dictionary<string, string?> { ["ComputeHorde__MaxStartsPerMinute"] = "1" },
            }
        );

        for (var number = 0; number < 5; number++)
        {
            using var invalid = await horde.PostAsync("jobs", new JsonObject { ["docker_image"] = number });
            Assert.Equal(HttpStatusCode.BadRequest, invalid.StatusCode);
        }

        using var valid = await horde.PostAsync("jobs", Jobs.Sha256("one"));
        using var more = await horde.PostAsync("jobs", Jobs.Sha256("two"));

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.TooManyRequests), (valid.StatusCode, more.StatusCode));
        Assert.True(more.Headers.RetryAfter!.Delta > TimeSpan.Zero);
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs.Models;
using ComputeHorde.Durable.Intake;
using ComputeHorde.Durable.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeHorde.Durable.Tests.Http;

/// <summary>Damaged documents by every way in: refused or run, never half of either.</summary>
public class MutationTests(ITestOutputHelper output)
{
    /// <summary>10,000 in all with <c>MUTATIONS=1</c>, a fifth of them otherwise, with another seed each time.</summary>
    private static readonly int Share = Environment.GetEnvironmentVariable("MUTATIONS") == "1" ? 1 : 5;

    private static readonly int Requests = 8000 / Share,
        Messages = 1500 / Share,
        Blobs = 500 / Share;

    private static readonly string[] Documents =
    [
        Jobs.Sha256("one", "/output/a.txt").ToJsonString(),
        """{"executor_class":"always_on.test","docker_image":"computehorde/echo:latest","args":["a","b"],"env":{"A":"1"},"input_volumes":{"/volume/x":{"type":"inline","contents":"UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="}},"output_volumes":{"/output/y":{"http_method":"PUT","url":"http://127.0.0.1:1/x"}},"download_time_limit_sec":1,"execution_time_limit_sec":1,"upload_time_limit_sec":1,"policy":{"max_attempts":1,"retry_on":["lost"]}}""",
        new JsonObject
        {
            ["jobs"] = new JsonArray(Jobs.Sha256("one"), Jobs.Sha256("two")),
            ["max_parallel"] = 2,
            ["strict"] = false,
        }.ToJsonString(),
        """{"jobs_blob":"x.jsonl","max_parallel":3}""",
    ];

    [Fact]
    public async Task Http_DamagedBodies_AreRefusedOrAccepted()
    {
        var seed = Seed();
        await using var horde = await StartAsync();
        var mutations = new Mutations(seed, Documents);
        var bodies = Enumerable.Range(0, Requests).Select(_ => mutations.Next()).ToList();
        var accepted = 0;

        await Parallel.ForEachAsync(
            bodies.Index(),
            new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = TestContext.Current.CancellationToken },
            async (body, cancellation) =>
            {
                using var content = Json(body.Item);
                using var answer = await horde.Http.PostAsync(
                    new Uri(body.Index % 3 == 0 ? "batches" : "jobs", UriKind.Relative),
                    content,
                    cancellation
                );
                Assert.True((int)answer.StatusCode < 500, $"body {body.Index} of seed {seed} got {answer.StatusCode}");
                if (answer.StatusCode == HttpStatusCode.Accepted)
                {
                    Interlocked.Increment(ref accepted);
                }
                else
                {
                    Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
                }
            }
        );

        Assert.InRange(accepted, 1, Requests / 2);
        await AssertNothingHalfAsync(horde, accepted);
    }

    [Fact]
    public async Task Queue_DamagedMessages_AreAnsweredOrRunAndNeverPoison()
    {
        var seed = Seed();
        await using var horde = await StartAsync();
        var mutations = new Mutations(seed, [Documents[2], Documents[3]]);
        var queue = horde.Queues.GetQueueClient("batches");
        await queue.CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);
        foreach (
            var message in Enumerable.Range(0, Messages).Select(_ => mutations.Next()).Where(static message => message.Length > 0).Chunk(16)
        )
        {
            // As Base64: a queue takes no other bytes than those of XML.
            await Task.WhenAll(
                message.Select(body => queue.SendMessageAsync(Convert.ToBase64String(body), TestContext.Current.CancellationToken))
            );
        }

        await Eventually.TrueAsync(
            async () => (await queue.GetPropertiesAsync(TestContext.Current.CancellationToken)).Value.ApproximateMessagesCount == 0,
            "the queue is empty"
        );

        Assert.False(await horde.Queues.GetQueueClient("batches-poison").ExistsAsync(TestContext.Current.CancellationToken));
        Assert.NotEmpty(await horde.ListAsync("jobs-rejected"));
        await AssertNothingHalfAsync(horde, accepted: null);
    }

    [Fact]
    public async Task Blobs_Damaged_AreRejectedOrRunAndStay()
    {
        var seed = Seed();
        await using var horde = await StartAsync();
        var mutations = new Mutations(seed, Documents);
        await horde.UploadAsync("jobs", "first.json", "");
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Blobs).Select(number => (number, mutations.Next())).ToList(),
            new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = TestContext.Current.CancellationToken },
            async (blob, cancellation) =>
                await horde
                    .Blobs.GetBlobContainerClient("jobs")
                    .GetBlobClient($"{blob.number}.json")
                    .UploadAsync(new BinaryData(blob.Item2), cancellation)
        );

        var intake = horde.Functions.Services.GetRequiredService<SpecificationIntake>();
        var waiting = new List<BlobItem>();
        await foreach (
            var blob in horde.Blobs.GetBlobContainerClient("jobs").GetBlobsAsync(cancellationToken: TestContext.Current.CancellationToken)
        )
        {
            waiting.Add(blob);
        }

        await Eventually.TrueAsync(
            async () =>
            {
                while (
                    waiting.Count > 0
                    && await intake.IsKnownAsync(
                        horde.Functions.Client,
                        waiting[^1].Name,
                        waiting[^1].Properties.ETag!.Value,
                        TestContext.Current.CancellationToken
                    )
                )
                {
                    waiting.RemoveAt(waiting.Count - 1);
                }

                return waiting.Count == 0;
            },
            "every blob was rejected or runs"
        );

        Assert.Equal(Blobs + 1, (await horde.ListAsync("jobs")).Count);
        Assert.False(await horde.Queues.GetQueueClient("webjobs-blobtrigger-poison").ExistsAsync(TestContext.Current.CancellationToken));
        await AssertNothingHalfAsync(horde, accepted: null);
    }

    [Theory]
    [InlineData("jobs", 2_621_441)]
    [InlineData("batches", (16 << 20) + 1)]
    public async Task Http_BodyTooLarge_IsRefused(string route, int size)
    {
        await using var horde = await StartAsync();
        using var content = Json(new byte[size]);

        using var answer = await horde.Http.PostAsync(new Uri(route, UriKind.Relative), content, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Empty(await horde.ListAsync("requests"));
    }

    private static ByteArrayContent Json(byte[] body) =>
        new(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    /// <summary>The facilitator takes nothing, so that accepted jobs wait and cost nothing.</summary>
    private Task<HordeFixture> StartAsync() =>
        HordeFixture.StartAsync(
            new HordeFixtureOptions
            {
                Output = output,
                InMemory = true,
                Settings = new Dictionary<string, string?>
                {
                    ["ComputeHordePollSchedule"] = "0 0 0 1 1 *",
                    ["ComputeHorde__FacilitatorUrl"] = "http://127.0.0.1:9/",
                    ["ComputeHorde__MaxRetries"] = "0",
                },
            }
        );

    private int Seed()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"Seed {seed}");
        return seed;
    }

    /// <summary>Every run has its stored request, and every stored request of a run or a batch has started.</summary>
    private static async Task AssertNothingHalfAsync(HordeFixture horde, int? accepted)
    {
        var started = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var instance in horde.Functions.Client.GetAllInstancesAsync())
        {
            started.Add(instance.InstanceId);
        }

        var requests = (await horde.ListAsync("requests"))
            .Where(static name => name.EndsWith("/batch.json", StringComparison.Ordinal) || !name.Contains('/'))
            .Select(static name => name.Replace("/batch.json", "", StringComparison.Ordinal).Replace(".json", "", StringComparison.Ordinal))
            .ToList();
        var ofBatches = started
            .Where(id => requests.Exists(request => request.Length < id.Length && id.StartsWith(request + "~", StringComparison.Ordinal)))
            .ToHashSet();
        var directly = requests
            .Where(request =>
                !requests.Exists(batch => batch.Length < request.Length && request.StartsWith(batch + "~", StringComparison.Ordinal))
            )
            .ToList();
        Assert.All(directly, id => Assert.Contains(id, started));
        Assert.All(started.Where(id => !id.Contains('~') && !ofBatches.Contains(id)), id => Assert.Contains(id, directly));
        if (accepted is { } count)
        {
            Assert.Equal(count, directly.Count);
        }
    }
}

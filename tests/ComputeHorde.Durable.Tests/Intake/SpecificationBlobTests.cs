using System.Net;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using ComputeHorde.Durable.Intake;
using ComputeHorde.Durable.Tests.Batches;
using ComputeHorde.Durable.Tests.Support;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeHorde.Durable.Tests.Intake;

public class SpecificationBlobTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Blob_WithAJob_RunsOnceAndUploadsToThePreparedUrls()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { Output = output });

        var blob = await horde.UploadAsync("jobs", "train.json", Jobs.Sha256("one", "/output/report.txt").ToJsonString());
        var id = SpecificationId.Of(
            "jobs",
            "train.json",
            (await blob.GetPropertiesAsync(cancellationToken: TestContext.Current.CancellationToken)).Value.ETag
        );
        await Eventually.TrueAsync(async () => (await horde.ListAsync("job-urls")).Count == 1, "the blob was noticed");
        var run = await horde.EndOfAsync($"jobs/{id}");
        var urls = JsonNode.Parse((await horde.DownloadAsync("job-urls", id + ".json"))!)!;
        var upload = urls["uploads"]!["/output/report.txt"]!;

        Assert.Equal("completed", (string?)run["status"]);
        Assert.Equal(1, horde.Emulator.Counters.Creates);
        Assert.Equal(id, (string?)urls["run"]);

        // The job has used it: it writes once. It was for one blob and for writing only.
        Assert.Equal(HttpStatusCode.Forbidden, await UseAsync(HttpMethod.Put, (string)upload["url"]!));
        Assert.Equal(HttpStatusCode.Forbidden, await UseAsync(HttpMethod.Get, (string)upload["url"]!));
        Assert.Equal(HttpStatusCode.Forbidden, await UseAsync(HttpMethod.Delete, (string)upload["url"]!));
        Assert.Equal(
            HttpStatusCode.Forbidden,
            await UseAsync(HttpMethod.Put, ((string)upload["url"]!).Replace("report.txt", "other.txt", StringComparison.Ordinal))
        );
        await AssertNoSecretAsync(horde, id, (string)upload["url"]!);
    }

    [Fact]
    public async Task Blob_WrittenAgain_RunsAgain()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { Output = output });

        await horde.UploadAsync("jobs", "train.json", Jobs.Sha256("one").ToJsonString());
        await Eventually.TrueAsync(() => horde.Emulator.Counters.Creates == 1, "the first version ran");
        await horde.UploadAsync("jobs", "train.json", Jobs.Sha256("one").ToJsonString());
        await Eventually.TrueAsync(() => horde.Emulator.Counters.Creates == 2, "the second version ran");
    }

    [Fact]
    public async Task Blob_Rejected_GetsItsProblemsAndStays()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { Output = output });
        var spec = Jobs.Sha256("one");
        spec["executor_class"] = "no-such-class";
        spec["args"] = new JsonArray(" padded ");

        await horde.UploadAsync("jobs", "folder/bad.json", spec.ToJsonString());
        await Eventually.TrueAsync(async () => (await horde.ListAsync("jobs-rejected")).Count == 1, "it was rejected");
        var problems = JsonNode.Parse((await horde.DownloadAsync("jobs-rejected", "folder/bad.problems.json"))!)!;

        Assert.Equal((400, "folder/bad"), ((int)problems["status"]!, (string?)problems["instance"]));
        Assert.Contains("executor_class", problems["errors"]!.AsObject().Select(static error => error.Key));
        Assert.Contains("args[0]", problems["errors"]!.AsObject().Select(static error => error.Key));
        Assert.NotNull(await horde.DownloadAsync("jobs", "folder/bad.json"));
        Assert.Empty(await horde.ListAsync("requests"));
        Assert.Equal(0, horde.Emulator.Counters.CreateCalls);
    }

    [Fact]
    public async Task Blob_ReplacedByAValidOne_LosesItsProblems()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { Output = output });

        await horde.UploadAsync("jobs", "train.json", "{}");
        await Eventually.TrueAsync(async () => (await horde.ListAsync("jobs-rejected")).Count == 1, "it was rejected");
        await horde.UploadAsync("jobs", "train.json", Jobs.Sha256("one").ToJsonString());
        await Eventually.TrueAsync(() => horde.Emulator.Counters.Creates == 1, "the valid version ran");

        await Eventually.TrueAsync(async () => (await horde.ListAsync("jobs-rejected")).Count == 0, "its problems were withdrawn");
    }

    [Fact]
    public async Task Blob_WithANameThatIsWrittenInOtherForms_IsRejectedAndNotPassedOver()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { Output = output });
        var container = new BlobServiceClient(horde.Storage, new BlobClientOptions { TrimBlobNameSlashes = false }).GetBlobContainerClient(
            "jobs"
        );

        await container.CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);
        await container
            .GetBlobClient("/slash1.json")
            .UploadAsync(BinaryData.FromString(Jobs.Sha256("one").ToJsonString()), TestContext.Current.CancellationToken);

        await Eventually.TrueAsync(async () => (await horde.ListAsync("jobs-rejected")).Count == 1, "it was rejected");
        Assert.Equal(0, horde.Emulator.Counters.CreateCalls);
    }

    [Fact]
    public async Task Blob_WithManyJobs_GivesEachItsUrls()
    {
        const int Count = 500;
        await using var horde = await HordeFixture.StartAsync(
            new HordeFixtureOptions { Output = output, Emulator = static emulator => emulator.Speed = 1000 }
        );
        var jobs = new JsonArray([
            .. Enumerable.Range(0, Count).Select(static number => Jobs.Sha256($"word-{number}", "/output/report.txt")),
        ]);

        var blob = await horde.UploadAsync("jobs", "many.json", jobs.ToJsonString());
        var id = SpecificationId.Of(
            "jobs",
            "many.json",
            (await blob.GetPropertiesAsync(cancellationToken: TestContext.Current.CancellationToken)).Value.ETag
        );
        var batch = await horde.EndOfAsync($"batches/{id}");

        Assert.Equal($"completed:{Count}", BatchTests.Counted(batch));
        var uploads = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in await horde.ListAsync("job-urls"))
        {
            uploads.Add((string)JsonNode.Parse((await horde.DownloadAsync("job-urls", name))!)!["uploads"]!["/output/report.txt"]!["url"]!);
        }

        Assert.Equal(Count, uploads.Count);
        Assert.Equal(Count, horde.Emulator.Counters.Uploads);
        Assert.Equal(Count, horde.Emulator.Counters.Creates);
    }

    [Fact]
    public async Task Blob_WithBadJobsAmongGoodOnes_RunsTheGoodAndNamesTheBadByLine()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { Output = output });
        var bad = Jobs.Sha256("bad");
        bad["executor_class"] = "no-such-class";

        var blob = await horde.UploadAsync(
            "jobs",
            "mixed.json",
            new JsonArray(Jobs.Sha256("one"), bad, Jobs.Sha256("three")).ToJsonString()
        );
        var id = SpecificationId.Of(
            "jobs",
            "mixed.json",
            (await blob.GetPropertiesAsync(cancellationToken: TestContext.Current.CancellationToken)).Value.ETag
        );
        await Eventually.TrueAsync(async () => (await horde.ListAsync("jobs-rejected")).Count == 1, "the bad line was reported");
        var problems = JsonNode.Parse((await horde.DownloadAsync("jobs-rejected", "mixed.problems.json"))!)!;
        var batch = await horde.EndOfAsync($"batches/{id}");

        Assert.Equal(["line 2: executor_class"], problems["errors"]!.AsObject().Select(static error => error.Key));
        Assert.Equal("completed:2 invalid:1", BatchTests.Counted(batch));
    }

    [Fact]
    public async Task Sweep_SpecificationThatNobodyNoticed_StartsIt()
    {
        var settings = new Dictionary<string, string?> { ["AzureWebJobs.JobSpecPolled.Disabled"] = "true" };
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { Output = output, Settings = settings });
        await horde.UploadAsync("jobs", "missed.json", Jobs.Sha256("one").ToJsonString());
        await horde.UploadAsync("jobs", "bad.json", "{");

        // Three minutes later by the clock of the sweep.
        var later = ActivatorUtilities.CreateInstance<SpecificationBlobs>(
            horde.Functions.Services,
            new LaterClock(TimeSpan.FromMinutes(3))
        );
        await later.SweepAsync(new TimerInfo(), horde.Functions.Client, TestContext.Current.CancellationToken);
        await later.SweepAsync(new TimerInfo(), horde.Functions.Client, TestContext.Current.CancellationToken);

        await Eventually.TrueAsync(() => horde.Emulator.Counters.Creates == 1, "the missed one ran");
        Assert.Equal(["bad.problems.json"], await horde.ListAsync("jobs-rejected"));
        Assert.Equal(2, horde.Log.Lines.Count(static line => line.Event.Id == 302));
    }

    private static async Task<HttpStatusCode> UseAsync(HttpMethod method, string url)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(method, url);
        if (method == HttpMethod.Put)
        {
            request.Content = new ByteArrayContent([1, 2, 3]);
            request.Headers.Add("x-ms-blob-type", "BlockBlob");
        }

        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    /// <summary>The signature of an upload URL is in container job-urls and nowhere else.</summary>
    private static async Task AssertNoSecretAsync(HordeFixture horde, string id, string url)
    {
        var signature = url[(url.IndexOf("sig=", StringComparison.Ordinal) + 4)..].Split('&')[0];
        Assert.DoesNotContain(horde.Log.Lines, line => line.Text.Contains(signature, StringComparison.Ordinal));
        Assert.DoesNotContain(signature, (await horde.GetAsync($"jobs/{id}")).ToJsonString(), StringComparison.Ordinal);
        foreach (
            var file in Directory
                .EnumerateFiles(horde.DataDirectory)
                .Where(static file => !file.EndsWith(".lock", StringComparison.Ordinal))
        )
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            Assert.DoesNotContain(signature, await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    private sealed class LaterClock(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}

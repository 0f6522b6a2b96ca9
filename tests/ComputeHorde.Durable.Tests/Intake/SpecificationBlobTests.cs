using System.Net;
using System.Text.Json.Nodes;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using ComputeHorde.Durable.Intake;
using ComputeHorde.Durable.Storage;
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

    [Theory]
    [InlineData(1016)]
    [InlineData(1024)]
    public async Task Sweep_NameTooLongForItsProblemsBeside_IsRejectedOnceUnderANameThatFits(int length)
    {
        await using var horde = await StartWithoutTriggerAsync();
        var name = new string('a', length - 5);
        await horde.UploadAsync("jobs", name + ".json", Jobs.Sha256("one").ToJsonString());
        await horde.UploadAsync("jobs", "later.json", Jobs.Sha256("two").ToJsonString());
        var sweep = SweepOf(horde);

        await sweep.SweepAsync(new TimerInfo(), horde.Functions.Client, TestContext.Current.CancellationToken);
        await sweep.SweepAsync(new TimerInfo(), horde.Functions.Client, TestContext.Current.CancellationToken);

        await Eventually.TrueAsync(() => horde.Emulator.Counters.Creates == 1, "the later one ran");
        var rejection = Assert.Single(await horde.ListAsync("jobs-rejected"));
        Assert.EndsWith(".problems.json", rejection, StringComparison.Ordinal);
        Assert.Equal(name, (string?)JsonNode.Parse((await horde.DownloadAsync("jobs-rejected", rejection))!)!["instance"]);
        Assert.Equal(1, horde.Log.Lines.Count(static line => line.Event.Id == 301));
    }

    [Fact]
    public async Task Sweep_NameThatATerminalActsOn_IsLoggedWithEscapes()
    {
        await using var horde = await StartWithoutTriggerAsync();
        await horde.UploadAsync("jobs", "\u001b[2Ja\r\u202e.json", Jobs.Sha256("one").ToJsonString());

        await SweepOf(horde).SweepAsync(new TimerInfo(), horde.Functions.Client, TestContext.Current.CancellationToken);

        var lines = horde.Log.Lines.Where(static line => line.Category.StartsWith("ComputeHorde.Durable.", StringComparison.Ordinal));
        Assert.Contains(lines, static line => line.Text.StartsWith("\\u001B[2Ja\\u000D\\u202E.json rejected", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, static line => line.Text.Any(char.IsControl));
    }

    [Theory]
    [InlineData(409, "This operation is not permitted on an archived blob.")]
    [InlineData(400, "The specified blob name is not valid.")]
    [InlineData(403, "This request is not authorized to perform this operation.")]
    [InlineData(500, "The server encountered an internal error.")]
    public async Task Sweep_OneThatCannotBeRead_IsNamedAndTheOthersAreTakenIn(int status, string text)
    {
        await using var horde = await StartWithoutTriggerAsync();
        foreach (var name in new[] { "first", "locked", "next" })
        {
            await horde.UploadAsync("jobs", $"{name}.json", Jobs.Sha256(name).ToJsonString());
        }

        await SweepOf(horde, new Refusing("/jobs/locked.json", status, text))
            .SweepAsync(new TimerInfo(), horde.Functions.Client, TestContext.Current.CancellationToken);

        await Eventually.TrueAsync(() => horde.Emulator.Counters.Creates == 2, "the others ran");
        Assert.Equal(
            $"Specification locked.json could not be taken in; the next sweep tries again: {text}",
            Assert.Single(horde.Log.Lines, static line => line.Event.Id == 307).Text
        );
    }

    [Fact]
    public async Task Sweep_StorageGoesAway_GivesUpInsteadOfTryingEach()
    {
        await using var horde = await StartWithoutTriggerAsync();
        for (var number = 0; number < 8; number++)
        {
            await horde.UploadAsync("jobs", $"job-{number}.json", Jobs.Sha256("one").ToJsonString());
        }

        await Assert.ThrowsAsync<RequestFailedException>(() =>
            SweepOf(horde, new Refusing("/jobs/job-", 503, "The server is busy."))
                .SweepAsync(new TimerInfo(), horde.Functions.Client, TestContext.Current.CancellationToken)
        );

        Assert.Equal(3, horde.Log.Lines.Count(static line => line.Event.Id == 307));
    }

    [Fact]
    public async Task Blob_WhoseStarterDiedBeforeItWithdrewOldProblems_LosesThemWhenItIsDeliveredAgain()
    {
        await using var horde = await StartWithoutTriggerAsync();
        var intake = horde.Functions.Services.GetRequiredService<SpecificationIntake>();
        await horde.UploadAsync("jobs", "train.json", Jobs.Sha256("one").ToJsonString());
        await intake.AcceptAsync(horde.Functions.Client, "train.json", TestContext.Current.CancellationToken);
        await horde
            .Functions.Services.GetRequiredService<RejectionStore>()
            .SaveAsync("train", "Of an earlier version", [], "blob-train-earlier", TestContext.Current.CancellationToken);

        await intake.AcceptAsync(horde.Functions.Client, "train.json", TestContext.Current.CancellationToken);

        Assert.Empty(await horde.ListAsync("jobs-rejected"));
        await Eventually.TrueAsync(() => horde.Emulator.Counters.Creates == 1, "it ran");
    }

    private Task<HordeFixture> StartWithoutTriggerAsync() =>
        HordeFixture.StartAsync(
            new HordeFixtureOptions
            {
                Output = output,
                InMemory = true,
                Settings = new Dictionary<string, string?> { ["AzureWebJobs.JobSpecPolled.Disabled"] = "true" },
            }
        );

    /// <summary>The sweep, three minutes later.</summary>
    private static SpecificationBlobs SweepOf(HordeFixture horde, HttpPipelinePolicy? trouble = null)
    {
        var options = new BlobClientOptions { TrimBlobNameSlashes = false, Retry = { MaxRetries = 0 } };
        if (trouble is not null)
        {
            options.AddPolicy(trouble, HttpPipelinePosition.PerCall);
        }

        var containers = new BlobContainers(new BlobServiceClient(horde.Storage, options));
        return ActivatorUtilities.CreateInstance<SpecificationBlobs>(
            horde.Functions.Services,
            containers,
            ActivatorUtilities.CreateInstance<SpecificationIntake>(horde.Functions.Services, containers),
            new LaterClock(TimeSpan.FromMinutes(3))
        );
    }

    private sealed class Refusing(string path, int status, string text) : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message)
        {
            if (message.Request.Uri.Path.Contains(path, StringComparison.Ordinal))
            {
                throw new RequestFailedException(status, $"{text}\nRequestId: 1");
            }
        }
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

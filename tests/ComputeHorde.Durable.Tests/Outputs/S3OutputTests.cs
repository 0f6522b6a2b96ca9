using System.Net;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Outputs;
using ComputeHorde.Durable.Tests.Support;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Tests.Outputs;

public class S3OutputTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(OutputStores.S3Put)]
    [InlineData(OutputStores.S3Post)]
    public async Task Run_WithOutputsInS3_UploadsAndFindsThemThere(string store)
    {
        await using var s3 = await FakeS3.StartAsync();
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { Output = output, Settings = Settings(s3, store) });

        await horde.PostAsync("jobs", Jobs.Sha256("one", "/output/a b/report+1.txt"), "run-1");
        var run = await horde.EndOfAsync("jobs/run-1");
        var manifest = await horde.GetAsync("jobs/run-1/result");

        Assert.Equal("completed", (string?)run["status"]);
        Assert.Equal("run-1/1/output/a b/report+1.txt", Assert.Single(s3.Objects).Key);
        Assert.Equal(s3.Objects.Single().Value.Length, (int)manifest["outputs"]!["/output/a b/report+1.txt"]!["size"]!);
        Assert.NotNull((string?)manifest["outputs"]!["/output/a b/report+1.txt"]!["md5"]);
        Assert.NotNull((string?)manifest["outputs"]!["/output/a b/report+1.txt"]!["sha256"]);
        Assert.DoesNotContain(
            horde.Log.Lines,
            static line =>
                line.Text.Contains(FakeS3.SecretKey, StringComparison.Ordinal)
                || line.Text.Contains("X-Amz-Signature", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Sign_Put_WorksOnceForItsKeyAndMethodWithinItsLife()
    {
        await using var s3 = await FakeS3.StartAsync();
        using var store = Store(s3, OutputStores.S3Put);
        var upload = await store.SignAsync("run/1/output/x", TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);
        var expired = await store.SignAsync("run/1/output/y", TimeSpan.FromSeconds(-5), TestContext.Current.CancellationToken);
        var other = new Uri(upload.Url.AbsoluteUri.Replace("output/x", "output/z", StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync(upload, other));
        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync(upload with { Headers = null }, upload.Url));
        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync(expired, expired.Url));
        Assert.Equal(HttpStatusCode.OK, await PutAsync(upload, upload.Url));
        Assert.Equal(HttpStatusCode.PreconditionFailed, await PutAsync(upload, upload.Url));
        Assert.Equal(
            new StoredOutput(3, "Uonfc331cyb83SJZevsfrA==") { ETag = "\"5289df737df57326fcdd22597afb1fac\"" },
            await store.FindAsync("run/1/output/x", TestContext.Current.CancellationToken)
        );
        Assert.Null(await store.FindAsync("run/1/output/z", TestContext.Current.CancellationToken));
        Assert.DoesNotContain("Signature", upload.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignDownload_AnyOtherUse_IsRefused()
    {
        await using var s3 = await FakeS3.StartAsync();
        using var store = Store(s3, OutputStores.S3Put);
        s3.Objects["run/1/output/x"] = [1, 2, 3];
        s3.Objects["run/1/output/y"] = [4];
        var url = await store.SignDownloadAsync("run/1/output/x", TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);
        var expired = await store.SignDownloadAsync("run/1/output/x", TimeSpan.FromSeconds(-5), TestContext.Current.CancellationToken);
        using var http = new HttpClient();

        Assert.Equal([1, 2, 3], await http.GetByteArrayAsync(url, TestContext.Current.CancellationToken));
        foreach (
            var (method, other) in new[]
            {
                (HttpMethod.Put, url),
                (HttpMethod.Get, new Uri(url.AbsoluteUri.Replace("output/x", "output/y", StringComparison.Ordinal))),
                (HttpMethod.Get, expired),
            }
        )
        {
            using var request = new HttpRequestMessage(method, other);
            using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Sign_LongLife_IsCutToSevenDays()
    {
        await using var s3 = await FakeS3.StartAsync();
        using var store = Store(s3, OutputStores.S3Put);

        var upload = await store.SignAsync("x", TimeSpan.FromDays(30), TestContext.Current.CancellationToken);

        Assert.Matches("X-Amz-Expires=6(0479\\d|04800)(&|$)", upload.Url.Query);
    }

    [Fact]
    public void Options_S3WithoutItsSettings_NamesEachOne()
    {
        var options = new DurableOptions { OutputStore = OutputStores.S3Put, S3Endpoint = new Uri("ftp://x") };

        var problems = options.Validate(new(options)).Select(static problem => problem.ErrorMessage!).ToList();

        Assert.Equal(4, problems.Count);
        Assert.All(
            new[] { "S3Bucket", "S3AccessKeyId", "S3SecretAccessKey", "S3Endpoint" },
            name => Assert.Contains(problems, problem => problem.Contains(name, StringComparison.Ordinal))
        );
        Assert.Contains(
            "OutputStore",
            Assert.Single(new DurableOptions { OutputStore = "ftp" }.Validate(new(options))).ErrorMessage,
            StringComparison.Ordinal
        );
    }

    private static S3OutputStore Store(FakeS3 s3, string store) =>
        new(
            Options.Create(
                new DurableOptions
                {
                    OutputStore = store,
                    S3Endpoint = s3.Address,
                    S3Region = FakeS3.Region,
                    S3Bucket = FakeS3.Bucket,
                    S3AccessKeyId = FakeS3.AccessKey,
                    S3SecretAccessKey = FakeS3.SecretKey,
                }
            ),
            TimeProvider.System
        );

    private static Dictionary<string, string?> Settings(FakeS3 s3, string store) =>
        new()
        {
            ["ComputeHorde__OutputStore"] = store,
            ["ComputeHorde__S3Endpoint"] = s3.Address.AbsoluteUri,
            ["ComputeHorde__S3Region"] = FakeS3.Region,
            ["ComputeHorde__S3Bucket"] = FakeS3.Bucket,
            ["ComputeHorde__S3AccessKeyId"] = FakeS3.AccessKey,
            ["ComputeHorde__S3SecretAccessKey"] = FakeS3.SecretKey,
        };

    private static async Task<HttpStatusCode> PutAsync(SignedUpload upload, Uri url)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Put, url) { Content = new ByteArrayContent([1, 2, 3]) };
        foreach (var (name, value) in upload.Headers ?? new Dictionary<string, string>())
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}

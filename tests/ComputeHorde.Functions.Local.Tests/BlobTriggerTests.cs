using System.Net.NetworkInformation;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using ComputeHorde.Functions.Local.Storage;

namespace ComputeHorde.Functions.Local.Tests;

public sealed class BlobTriggerTests(StorageFixture storage)
{
    private readonly Recorder _recorder = new();
    private readonly string _name = $"blobs-{Guid.NewGuid():N}";

    [Fact]
    public async Task Blob_Lands_StartsTheFunctionWithItsContentAndNameOnce()
    {
        await using var host = await StartAsync("BlobText");

        await PutAsync("a.json", "one");
        await PutAsync("ignored.txt", "no");
        await Eventually.TrueAsync(() => Calls("BlobText").Length == 1, "the blob was handled");
        await PutAsync("a.json", "two");
        await Eventually.TrueAsync(() => Calls("BlobText").Length == 2, "the function ran a second time");

        Assert.Equal(["a=one", "a=two"], Calls("BlobText"));
    }

    [Theory]
    [InlineData("BlobStream", "some/deep/file.bin", "{\"name\":\"n\",\"times\":1}", "some/deep|file.bin|{\"name\":\"n\",\"times\":1}|True")]
    [InlineData("BlobClient", "x.bin", "{\"name\":\"n\",\"times\":1}", "x.bin 22")]
    [InlineData("BlobText", ".json", "no name", "=no name")]
    [InlineData("BlobClients", "x.bin", "content", "x.bin AppendBlobClient PageBlobClient BlockBlobClient")]
    [InlineData("BlobObject", "g.json", "{\"name\":\"n\",\"times\":1}", "Greeting { Name = n, Times = 1 } none")]
    public async Task Blob_ParameterType_IsConverted(string function, string blob, string content, string expected)
    {
        await using var host = await StartAsync(function);

        await PutAsync(blob, content);

        await Eventually.TrueAsync(() => Calls(function).Length == 1, "the function ran");
        Assert.Equal(expected, Assert.Single(Calls(function)));
    }

    [Fact]
    public async Task Blobs_StreamsThatTheFunctionNeitherReadsNorCloses_HoldNoConnections()
    {
        await using var azurite = await AzuriteServer.StartAsync();
        var container = new BlobContainerClient(azurite.ConnectionString, _name);
        await container.CreateAsync();
        await Parallel.ForAsync(
            0,
            100,
            async (i, cancellation) => await container.UploadBlobAsync($"{i}", new BinaryData(new byte[200_000]), cancellation)
        );
        await using var host = await StartAsync("BlobLeftOpen", connection: azurite.ConnectionString);

        await Eventually.TrueAsync(() => _recorder.Calls("BlobLeftOpen").Length == 100, "every blob was handled");

        var connections = IPGlobalProperties
            .GetIPGlobalProperties()
            .GetActiveTcpConnections()
            .Count(connection => connection.RemoteEndPoint.Port == azurite.BlobEndpoint.Port && connection.State == TcpState.Established);
        Assert.InRange(connections, 0, 60);
    }

    [Fact]
    public async Task Blobs_AThousandLandAtOnce_AreHandledOnceEachAlsoAcrossRestarts()
    {
        using var data = new TempDirectory();
        await PutManyAsync(1000);

        await using (await StartAsync("BlobText", setup => setup.DataDirectory = data.Path))
        {
            await Eventually.TrueAsync(() => Calls("BlobText").Length >= 300, "300 blobs were handled");
        }

        await using (await StartAsync("BlobText", setup => setup.DataDirectory = data.Path))
        {
            await Eventually.TrueAsync(() => Calls("BlobText").Length >= 1000, "1,000 blobs were handled");
        }

        await using (await StartAsync("BlobText", setup => setup.DataDirectory = data.Path))
        {
            await PutAsync("last.json", "last");
            await Eventually.TrueAsync(() => Calls("BlobText").Contains("last=last"), "the last blob was handled");
        }

        Assert.Equal(1001, Calls("BlobText").Length);
        Assert.Equal(1001, Calls("BlobText").Distinct().Count());
    }

    [Fact]
    public async Task Blob_FunctionAlwaysThrows_IsNotedInThePoisonQueueAndNotTriedAgain()
    {
        using var data = new TempDirectory();
        _recorder.Behaviour = (_, _) => throw new InvalidOperationException("no");
        const string HostJson = """{ "version": "2.0", "extensions": { "blobs": { "poisonBlobThreshold": 2 } } }""";
        await using (
            await StartAsync(
                "BlobText",
                setup =>
                {
                    setup.DataDirectory = data.Path;
                    setup.HostJson(HostJson);
                }
            )
        )
        {
            await PutAsync("bad.json", "x");
            var notes = await storage.PoisonBlobsAsync(_name, 1);
            var note = Assert.Single(notes).Note;
            Assert.Equal("bad.json", $"{note["BlobName"]}");
            Assert.Equal("Host.Functions.BlobText", $"{note["FunctionId"]}");
        }

        await using (await StartAsync("BlobText", setup => setup.DataDirectory = data.Path))
        {
            await PutAsync("next.json", "x");
            await Eventually.TrueAsync(() => Calls("BlobText").Contains("next=x"), "the next blob was handled");
        }

        Assert.Equal(2, Calls("BlobText").Count(call => call == "bad=x"));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 0)]
    public async Task Blob_EarlierAttemptsDiedWithTheirProcess_CountLikeFailures(int attempts, int expectedRuns)
    {
        using var data = new TempDirectory();
        await PutAsync("a.json", "x");
        var eTag = (await storage.Container(_name).GetBlobClient("a.json").GetPropertiesAsync()).Value.ETag;
        using (var state = HostState.Open(Path.Combine(data.Path, "host.db")))
        {
            for (var attempt = 0; attempt < attempts; attempt++)
            {
                state.BeginBlobAttempt("BlobText", "a.json", eTag.ToString("H"));
            }
        }

        await using var host = await StartAsync("BlobText", setup => setup.DataDirectory = data.Path);
        await PutAsync("b.json", "y");
        await Eventually.TrueAsync(
            () => Calls("BlobText").Contains("b=y") && Calls("BlobText").Count(call => call == "a=x") >= expectedRuns,
            "both blobs were handled"
        );

        Assert.Equal(expectedRuns, Calls("BlobText").Count(call => call == "a=x"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Blob_RunCutOffByTheHostsStop_RunsAgainAndIsNotCountedAsAFailure(bool withItsOwnException)
    {
        using var data = new TempDirectory();
        _recorder.Behaviour = async (_, cancellation) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, cancellation);
            }
            catch (OperationCanceledException exception) when (withItsOwnException)
            {
                throw new InvalidOperationException("cancelled", exception);
            }
        };
        await PutAsync("a.json", "x");
        for (var start = 1; start <= 2; start++)
        {
            await using var cut = await StartAsync(
                "BlobText",
                setup =>
                {
                    setup.DataDirectory = data.Path;
                    setup.DrainTimeout = TimeSpan.FromMilliseconds(50);
                    setup.HostJson("""{ "version": "2.0", "extensions": { "blobs": { "poisonBlobThreshold": 1 } } }""");
                }
            );
            await Eventually.TrueAsync(() => Calls("BlobText").Length == start, "the function began");
        }
    }

    [Fact]
    public async Task Blob_FunctionThrowsOnce_SucceedsAtTheNextAttempt()
    {
        var calls = 0;
        _recorder.Behaviour = (_, _) =>
            Interlocked.Increment(ref calls) == 1 ? throw new InvalidOperationException("once") : Task.CompletedTask;
        await using var host = await StartAsync("BlobText");

        await PutAsync("a.json", "x");

        await Eventually.TrueAsync(() => Calls("BlobText").Length == 2, "the function ran a second time");
    }

    private string[] Calls(string function) => [.. _recorder.Calls(function).Cast<string>()];

    private async Task PutAsync(string name, string content)
    {
        await storage.Container(_name).CreateIfNotExistsAsync();
        await storage.Container(_name).GetBlobClient(name).UploadAsync(new BinaryData(content), overwrite: true);
    }

    private async Task PutManyAsync(int count)
    {
        var container = storage.Container(_name);
        await container.CreateIfNotExistsAsync();
        await Parallel.ForAsync(
            0,
            count,
            new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (i, cancellation) => await container.UploadBlobAsync($"blob-{i}.json", new BinaryData("x"), cancellation)
        );
    }

    private Task<TestHost> StartAsync(string function, Action<TestHostSetup>? change = null, string? connection = null) =>
        TestHost.StartAsync(
            connection ?? storage.ConnectionString,
            [function],
            setup =>
            {
                setup.Recorder = _recorder;
                setup.Settings["TestContainer"] = _name;
                change?.Invoke(setup);
            }
        );
}

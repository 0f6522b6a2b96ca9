using Azure;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Time.Testing;

namespace ComputeHorde.Storage.Local.Tests.Service;

public sealed class FaultTests
{
    [Fact]
    public async Task Faults_Refused_NothingIsDone()
    {
        await using var storage = await StartAsync(new StorageFaults { Refused = 1 });

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => storage.Blobs().CreateBlobContainerAsync("box"));

        Assert.Equal(0, failure.Status);
    }

    [Fact]
    public async Task Faults_Busy_Answers503()
    {
        await using var storage = await StartAsync(new StorageFaults { Busy = 1 });

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => storage.Blobs().CreateBlobContainerAsync("box"));

        Assert.Equal((503, "ServerBusy"), (failure.Status, failure.ErrorCode));
    }

    [Fact]
    public async Task Faults_LostAfter_IsDoneWithoutAnAnswer()
    {
        using var folder = new TemporaryFolder();
        await using (var storage = await StartAsync(new StorageFaults { LostAfter = 1 }, folder.Path))
        {
            await Assert.ThrowsAsync<RequestFailedException>(() => storage.Blobs().CreateBlobContainerAsync("box"));
        }

        await using var later = await StartAsync(faults: null, folder.Path);
        Assert.True(await later.Blobs().GetBlobContainerClient("box").ExistsAsync());
    }

    [Fact]
    public async Task Faults_LostBefore_IsNotDone()
    {
        using var folder = new TemporaryFolder();
        await using (var storage = await StartAsync(new StorageFaults { LostBefore = 1 }, folder.Path))
        {
            await Assert.ThrowsAsync<RequestFailedException>(() => storage.Blobs().CreateBlobContainerAsync("box"));
        }

        await using var later = await StartAsync(faults: null, folder.Path);
        Assert.False(await later.Blobs().GetBlobContainerClient("box").ExistsAsync());
    }

    [Fact]
    public async Task Faults_ConditionFailed_OnlyWritesWithConditions()
    {
        await using var storage = await StartAsync(new StorageFaults { ConditionFailed = 1 });
        var container = await storage.NewContainerAsync();
        await container.GetBlobClient("a").UploadAsync(new BinaryData("1"), overwrite: true);

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() =>
            container
                .GetBlobClient("a")
                .UploadAsync(new BinaryData("2"), new BlobUploadOptions { Conditions = new BlobRequestConditions { IfMatch = ETag.All } })
        );

        Assert.Equal((412, "ConditionNotMet"), (failure.Status, failure.ErrorCode));
    }

    [Fact]
    public async Task Faults_SameSeed_SameRun()
    {
        var first = await RunAsync(seed: 7);

        Assert.Equal(first, await RunAsync(seed: 7));
        Assert.NotEqual(first, await RunAsync(seed: 8));
        Assert.Contains("503", first, StringComparison.Ordinal);

        static async Task<string> RunAsync(int seed)
        {
            await using var storage = await LocalStorage.StartAsync(
                new LocalStorageOptions
                {
                    Listen = false,
                    Seed = seed,
                    Faults = new StorageFaults
                    {
                        Seed = seed,
                        Busy = 0.3,
                        LostAfter = 0.2,
                    },
                }
            );
            List<string> lines = [];
            for (var index = 0; index < 40; index++)
            {
                try
                {
                    lines.Add((await storage.Blobs().GetBlobContainerClient($"box{index % 10}").CreateAsync()).Value.ETag.ToString());
                }
                catch (RequestFailedException failure)
                {
                    lines.Add($"{failure.Status}");
                }
            }

            return string.Join('\n', lines);
        }
    }

    [Fact]
    public async Task LoseLast_OfAMemoryStorage_GoesBack()
    {
        var time = new FakeTimeProvider();
        await using var storage = await LocalStorage.StartAsync(
            new LocalStorageOptions
            {
                Listen = false,
                TimeProvider = time,
                KeptPast = TimeSpan.FromMinutes(1),
            }
        );
        var container = await storage.NewContainerAsync();
        await container.GetBlobClient("old").UploadAsync(new BinaryData("1"));
        time.Advance(TimeSpan.FromSeconds(10));
        await container.GetBlobClient("old").UploadAsync(new BinaryData("2"), overwrite: true);
        await container.GetBlobClient("new").UploadAsync(new BinaryData("3"));

        storage.LoseLast(TimeSpan.FromSeconds(5));

        Assert.Equal("1", (await container.GetBlobClient("old").DownloadContentAsync()).Value.Content.ToString());
        Assert.False(await container.GetBlobClient("new").ExistsAsync());
    }

    private static Task<LocalStorage> StartAsync(StorageFaults? faults, string? folder = null) =>
        LocalStorage.StartAsync(
            new LocalStorageOptions
            {
                Listen = false,
                Faults = faults,
                DataFolder = folder,
            }
        );
}

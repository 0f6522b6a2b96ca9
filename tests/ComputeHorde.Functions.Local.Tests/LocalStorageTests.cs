using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using ComputeHorde.Functions.Local.Storage;
using ComputeHorde.Storage.Local;
using Microsoft.Extensions.Time.Testing;

namespace ComputeHorde.Functions.Local.Tests;

/// <summary>Triggers on a storage in the same process, which no socket leads to and which tells its news.</summary>
public sealed class LocalStorageTests
{
    [Fact]
    public async Task QueueTrigger_OnLocalStorage_RunsAndRunsAgainAfterFailures()
    {
        await using var storage = await LocalStorage.StartAsync(new LocalStorageOptions { Listen = false });
        var recorder = new Recorder();
        recorder.Behaviour = (_, _) =>
            recorder.Calls("QueueText").Length < 3 ? Task.FromException(new InvalidOperationException("not yet")) : Task.CompletedTask;
        await using var host = await StartAsync(storage, recorder, "QueueText");
        var queue = new QueueClient(
            storage.ConnectionString,
            "work",
            new QueueClientOptions { Transport = storage.Transport, MessageEncoding = QueueMessageEncoding.None }
        );

        await queue.SendMessageAsync("one");

        await Eventually.TrueAsync(() => recorder.Calls("QueueText").Length == 3, "the function ran three times");
        await Eventually.TrueAsync(
            async () => (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount == 0,
            "the message is gone"
        );
        Assert.All(recorder.Calls("QueueText"), static call => Assert.Equal("one", call));
    }

    [Fact]
    public async Task BlobTrigger_OnLocalStorage_RunsOnceForEachVersion()
    {
        await using var storage = await LocalStorage.StartAsync(new LocalStorageOptions { Listen = false });
        var recorder = new Recorder();
        var container = new BlobContainerClient(storage.ConnectionString, "box", new BlobClientOptions { Transport = storage.Transport });
        await container.CreateAsync();
        await container.GetBlobClient("before.json").UploadAsync(new BinaryData("0"));
        await using var host = await StartAsync(storage, recorder, "BlobText");

        for (var version = 1; version <= 5; version++)
        {
            await container.GetBlobClient("a.json").UploadAsync(new BinaryData($"{version}"), overwrite: true);
            await Eventually.TrueAsync(() => recorder.Calls("BlobText").Contains($"a={version}"), $"version {version} was handled");
        }

        await container.GetBlobClient("other.txt").UploadAsync(new BinaryData("not of the path"));
        await container.GetBlobClient("b.json").UploadAsync(new BinaryData("end"));
        await Eventually.TrueAsync(() => recorder.Calls("BlobText").Contains("b=end"), "the last one was handled");
        await Eventually.TrueAsync(() => recorder.Calls("BlobText").Contains("before=0"), "the first one was handled");
        Assert.Equal(["a=1", "a=2", "a=3", "a=4", "a=5", "b=end", "before=0"], recorder.Calls("BlobText").Cast<string>().Order());
    }

    [Fact]
    public async Task NewsSignal_AnnouncedForLater_WakesAtEachTime()
    {
        var time = new FakeTimeProvider();
        using var signal = new NewsSignal(time);
        signal.Announce(time.GetUtcNow().AddSeconds(7));
        signal.Announce(time.GetUtcNow().AddSeconds(5));

        Assert.False(await signal.WaitAsync(TimeSpan.Zero, TestContext.Current.CancellationToken));
        time.Advance(TimeSpan.FromSeconds(5.2));
        Assert.True(await signal.WaitAsync(TimeSpan.Zero, TestContext.Current.CancellationToken));
        Assert.False(await signal.WaitAsync(TimeSpan.Zero, TestContext.Current.CancellationToken));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(await signal.WaitAsync(TimeSpan.Zero, TestContext.Current.CancellationToken));
        signal.Announce(time.GetUtcNow());
        Assert.True(await signal.WaitAsync(TimeSpan.Zero, TestContext.Current.CancellationToken));
    }

    private static Task<TestHost> StartAsync(LocalStorage storage, Recorder recorder, string function) =>
        TestHost.StartAsync(
            "nowhere",
            [function],
            setup =>
            {
                setup.Storage = storage;
                setup.Recorder = recorder;
                setup.Settings["TestQueue"] = "work";
                setup.Settings["TestContainer"] = "box";
            }
        );
}

using System.Net;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.LocalRuntime.Tests.Functions;

/// <summary>Azurite goes away under a running host and comes back.</summary>
public sealed class StorageOutageTests
{
    [Fact]
    public async Task Azurite_StopsAndStartsAgain_ListenersGoOnAndSayItOncePerOutage()
    {
        var azurite = await AzuriteServer.StartAsync();
        var options = new AzuriteOptions { BlobPort = azurite.BlobEndpoint.Port, QueuePort = azurite.QueueEndpoint.Port };
        var recorder = new Recorder();
        await using var host = await TestHost.StartAsync(azurite.ConnectionString, ["QueueText", "BlobText"], setup =>
        {
            setup.Recorder = recorder;
            setup.Settings["TestQueue"] = "work";
            setup.Settings["TestContainer"] = "work";
            setup.HostJson("""{ "version": "2.0", "extensions": { "queues": { "maxPollingInterval": "00:00:00.2" } } }""");
        });
        var storage = new StorageFixture(azurite);

        for (var round = 1; round <= 2; round++)
        {
            await storage.SendAsync("work", $"message {round}");
            await storage.Container("work").GetBlobClient($"{round}.json").UploadAsync(new BinaryData("x"), overwrite: true);
            await Eventually.True(() => recorder.Calls("QueueText").Length == round && recorder.Calls("BlobText").Length == round);

            await azurite.DisposeAsync();
            await Eventually.True(() => Count(host, "unreachable since") == 2 * round);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await host.Http.GetAsync("admin/host/status")).StatusCode);
            azurite = await AzuriteServer.StartAsync(options);
            await Eventually.True(() => Count(host, "reachable again after") == 2 * round);
            Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync("admin/host/status")).StatusCode);
        }

        Assert.Equal(8, host.Log.Messages(LogLevel.Warning).Count());
        await azurite.DisposeAsync();
    }

    private static int Count(TestHost host, string text) =>
        host.Log.Messages(LogLevel.Warning).Count(message => message.Contains(text, StringComparison.Ordinal));
}

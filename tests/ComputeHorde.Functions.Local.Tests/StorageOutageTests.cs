using System.Diagnostics;
using System.Net;
using ComputeHorde.Functions.Local.Storage;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Functions.Local.Tests;

/// <summary>Azurite goes away under a running host and comes back.</summary>
public sealed class StorageOutageTests
{
    [Fact]
    public async Task Azurite_StopsAndStartsAgain_ListenersGoOnAndSayItOncePerOutage()
    {
        var options = new AzuriteOptions { BlobPort = FreePort.Take(), QueuePort = FreePort.Take() };
        var azurite = await AzuriteServer.StartAsync(options);
        var recorder = new Recorder();
        await using var host = await TestHost.StartAsync(
            azurite.ConnectionString,
            ["QueueText", "BlobText"],
            setup =>
            {
                setup.Recorder = recorder;
                setup.Settings["TestQueue"] = "work";
                setup.Settings["TestContainer"] = "work";
                setup.HostJson("""{ "version": "2.0", "extensions": { "queues": { "maxPollingInterval": "00:00:00.2" } } }""");
            }
        );
        await RunOneOfEachAsync(new StorageFixture(azurite), recorder, times: 1);
        await azurite.DisposeAsync();
        await Eventually.TrueAsync(() => Count(host, "unreachable since") == 2, "both listeners noticed the outage");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await host.Http.GetAsync("admin/host/status")).StatusCode);

        await using var again = await AzuriteServer.StartAsync(options);
        await Eventually.TrueAsync(() => Count(host, "reachable again after") == 2, "both listeners noticed its end");
        Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync("admin/host/status")).StatusCode);
        await RunOneOfEachAsync(new StorageFixture(again), recorder, times: 2);

        Assert.Equal(4, host.Log.Messages(LogLevel.Warning).Count());
    }

    [Fact]
    public async Task Azurite_HangsWhileTheHostStops_DoesNotHoldItUp()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("A process is suspended by a signal.");
        }

        await using var azurite = await AzuriteServer.StartAsync();
        var recorder = new Recorder { Behaviour = (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation) };
        await using var host = await TestHost.StartAsync(
            azurite.ConnectionString,
            ["QueueText", "BlobText"],
            setup =>
            {
                setup.Recorder = recorder;
                setup.Settings["TestQueue"] = "work";
                setup.Settings["TestContainer"] = "work";
                setup.QueueLockDuration = TimeSpan.FromSeconds(3);
                setup.DrainTimeout = TimeSpan.FromMilliseconds(100);
            }
        );
        await RunOneOfEachAsync(new StorageFixture(azurite), recorder, times: 1);

        Suspend(azurite.ProcessId);

        // Each of several calls would wait half a minute for its answer.
        await host.Host.StopAsync().WaitAsync(TimeSpan.FromSeconds(25), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void OutageMonitor_SeveralFailures_LogsEachOutageOnce()
    {
        using var log = new TestLog();
        var clock = new ObservedTime(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var monitor = new OutageMonitor("Queue 'x'", log.CreateLogger("test"), clock);

        monitor.Succeeded();
        for (var outage = 0; outage < 2; outage++)
        {
            monitor.Failed(new IOException("first\nsecond line"));
            clock.Advance(TimeSpan.FromMinutes(2));
            monitor.Failed(new IOException("again"));
            monitor.Succeeded();
            monitor.Succeeded();
        }

        Assert.Equal(
            [
                "Queue 'x' unreachable since 2026-01-01T00:00:00.0000000+00:00: first. Trying again until it is back",
                "Queue 'x' reachable again after 00:02:00",
                "Queue 'x' unreachable since 2026-01-01T00:02:00.0000000+00:00: first. Trying again until it is back",
                "Queue 'x' reachable again after 00:02:00",
            ],
            log.Messages()
        );
    }

    private static async Task RunOneOfEachAsync(StorageFixture storage, Recorder recorder, int times)
    {
        await storage.SendAsync("work", "message");
        await storage.Container("work").GetBlobClient($"{times}.json").UploadAsync(new BinaryData("x"), overwrite: true);
        await Eventually.TrueAsync(
            () => recorder.Calls("QueueText").Length == times && recorder.Calls("BlobText").Length == times,
            "message and blob were handled"
        );
    }

    private static void Suspend(int processId)
    {
        using var kill = Process.Start("kill", ["-STOP", $"{processId}"]);
        kill.WaitForExit();
    }

    private static int Count(TestHost host, string text) =>
        host.Log.Messages(LogLevel.Warning).Count(message => message.Contains(text, StringComparison.Ordinal));
}

using System.Net;
using ComputeHorde.Emulator;
using ComputeHorde.Functions.Local;

namespace ComputeHorde.Durable.LocalHost.Tests;

/// <summary>What we depend on goes away in the middle of a run and comes back.</summary>
public sealed class OutageTests
{
    [Fact]
    public async Task Serve_FacilitatorAwayForAWhile_CompletesAndSaysSoOnce()
    {
        using var folder = new TemporaryFolder();
        var port = FreePort.Take();
        void Configure(FacilitatorEmulatorOptions horde)
        {
            horde.Port = port;
            horde.DataPath = Path.Combine(folder.Path, "horde.db");
            horde.StageDurations.Execution = TimeSpan.FromSeconds(4);
        }

        await using var service = await Service.CreateAsync(Configure);
        await service.StartAsync();
        Assert.Equal(HttpStatusCode.Accepted, await service.PostAsync("outage", Service.Job("facilitator")));
        await Eventually.TrueAsync(() => service.Horde.Counters.Creates == 1, "the job was stored");
        await service.Horde.DisposeAsync();
        Assert.Equal(HttpStatusCode.Accepted, await service.PostAsync("meanwhile", Service.Job("accepted while the facilitator is away")));
        await Eventually.TrueAsync(() => service.Process!.Errors.Any(Started), "the outage was logged");
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        service.Horde = await FacilitatorEmulator.StartAsync(Configure, TestContext.Current.CancellationToken);

        Assert.Equal("completed", (string?)(await service.EndOfAsync("outage"))["status"]);
        Assert.Equal("completed", (string?)(await service.EndOfAsync("meanwhile"))["status"]);
        Assert.Equal(2, service.Horde.Counters.Creates);
        Assert.Single(service.Process!.Errors, Started);
        Assert.Single(service.Process!.Errors, static line => line.Contains("facilitator answers again", StringComparison.Ordinal));

        static bool Started(string line) => line.Contains("facilitator does not answer", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_StorageAwayForAWhile_CompletesAndSaysSoOnce()
    {
        using var folder = new TemporaryFolder();
        var azurite = new AzuriteOptions
        {
            DataDirectory = folder.Path,
            BlobPort = FreePort.Take(),
            QueuePort = FreePort.Take(),
            TablePort = FreePort.Take(),
        };
        await using var service = await Service.CreateAsync(
            static horde => horde.StageDurations.Execution = TimeSpan.FromSeconds(3),
            azurite
        );
        await service.StartAsync();

        // The miner itself needs no storage: an upload into the outage would end the job, as it should.
        var job = Service.Job("storage");
        job.Remove("outputs");
        Assert.Equal(HttpStatusCode.Accepted, await service.PostAsync("outage", job));
        await Eventually.TrueAsync(
            () => service.Horde.Jobs.Any(static job => job.History.Any(static change => change.Status == "accepted")),
            "the job runs"
        );
        await service.Azurite!.DisposeAsync();
        await Eventually.TrueAsync(() => service.Process!.Errors.Any(Started), "the outage was logged");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await service.PostAsync("meanwhile", Service.Job("meanwhile")));
        service.Azurite = await AzuriteServer.StartAsync(azurite, TestContext.Current.CancellationToken);

        var end = await service.EndOfAsync("outage");
        Assert.True((string?)end["status"] == "completed", end.ToJsonString());
        Assert.Equal(1, service.Horde.Counters.Creates);
        Assert.Single(service.Process!.Errors, Started);
        Assert.Equal(HttpStatusCode.Accepted, await service.PostAsync("meanwhile", Service.Job("meanwhile")));
        Assert.Equal("completed", (string?)(await service.EndOfAsync("meanwhile"))["status"]);

        static bool Started(string line) => line.Contains("storage does not answer", StringComparison.Ordinal);
    }
}

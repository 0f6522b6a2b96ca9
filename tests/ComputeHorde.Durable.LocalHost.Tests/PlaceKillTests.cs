using System.Net;
using ComputeHorde.Emulator;

namespace ComputeHorde.Durable.LocalHost.Tests;

/// <summary>
/// SIGKILL while runs hold places and others wait for them. The emulator lives on, as a facilitator does, and counts what was in flight.
/// </summary>
public sealed class PlaceKillTests
{
    [Fact]
    public async Task Serve_KilledWhileRunsWaitForPlaces_NeverHasMoreInFlightAndRunsAll()
    {
        const int Runs = 12,
            Places = 4,
            Kills = 1;
        await using var service = await Service.CreateAsync(static horde => horde.Speed = 20);
        service.Settings["ComputeHorde__Limits__*__MaxInFlight"] = $"{Places}";
        await service.StartAsync();
        for (var number = 0; number < Runs; number++)
        {
            var job = Service.Job($"{number}");
            job.Remove("outputs");
            Assert.Equal(HttpStatusCode.Accepted, await service.PostAsync($"place-{number}", job));
        }

        for (var kill = 1; kill <= Kills; kill++)
        {
            await Eventually.TrueAsync(() => service.Horde.Counters.Creates >= kill * 6, "some have had their place");
            await service.KillAsync();
            await service.StartAsync();
        }

        for (var number = 0; number < Runs; number++)
        {
            Assert.Equal("completed", (string?)(await service.EndOfAsync($"place-{number}"))["status"]);
        }

        Assert.Equal(Runs, service.Horde.Counters.Creates);
        Assert.InRange(service.Horde.MostInFlight, 1, Places);
    }
}

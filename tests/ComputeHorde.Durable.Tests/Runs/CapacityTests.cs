using System.Text.Json.Nodes;
using ComputeHorde.Durable.Tests.Support;

namespace ComputeHorde.Durable.Tests.Runs;

/// <summary>Room is waited for, and costs neither money nor attempts.</summary>
public sealed class CapacityTests
{
    [Fact]
    public async Task Run_HordeIsFullFor25Minutes_PaysForOneJobInOneAttempt()
    {
        var clock = VirtualHorde.NewClock();
        await using var horde = await VirtualHorde.StartAsync(clock, poll: TimeSpan.FromSeconds(30));
        horde.Emulator.SetBehaviourForTag("full#", "rejected:no_miner_for_job");
        await using var room = clock.CreateTimer(
            _ => horde.Emulator.SetBehaviourForTag("full#", "ok"),
            null,
            TimeSpan.FromMinutes(25),
            Timeout.InfiniteTimeSpan
        );
        var seen = new TaskCompletionSource<JsonObject>();
        await using var look = clock.CreateTimer(_ => _ = LookAsync(), null, TimeSpan.FromMinutes(12), Timeout.InfiniteTimeSpan);

        using var answer = await horde.PostAsync("jobs", Jobs.Sha256("full"), "full");
        var run = await horde.EndOfAsync("jobs/full");

        var outcome = run["outcome"]!;
        Assert.True((string?)run["status"] == "completed", run.ToJsonString());
        Assert.Equal(1, (int)outcome["paid_attempts"]!);
        Assert.Single(outcome["attempts"]!.AsArray());
        Assert.InRange((int)outcome["turned_away"]!, 5, 12);
        Assert.Equal(1 + (int)outcome["turned_away"]!, horde.Emulator.Counters.Creates);
        Assert.All(horde.Emulator.Counters.PaidCreatesByTag, static tag => Assert.Equal(1, tag.Value));
        var waiting = await seen.Task;
        Assert.Equal("waiting_for_capacity", (string?)waiting["progress"]?["phase"]);
        Assert.True(
            (int)waiting["progress"]!["capacity"]!["count"]! > 0 && waiting["progress"]!["capacity"]!["since"] is not null,
            waiting.ToJsonString()
        );

        async Task LookAsync()
        {
            using var held = clock.Busy();
            try
            {
                seen.SetResult(await horde.GetAsync("jobs/full"));
            }
            catch (Exception failure)
            {
                seen.SetException(failure);
            }
        }
    }

    [Fact]
    public async Task Run_NoValidatorIsConnected_WaitsAsForRoom()
    {
        var clock = VirtualHorde.NewClock();
        await using var horde = await VirtualHorde.StartAsync(clock, poll: TimeSpan.FromSeconds(30));
        horde.Emulator.Faults = new() { ValidatorDisconnected = true };
        await using var back = clock.CreateTimer(
            _ => horde.Emulator.Faults = new(),
            null,
            TimeSpan.FromMinutes(10),
            Timeout.InfiniteTimeSpan
        );

        using var answer = await horde.PostAsync("jobs", Jobs.Sha256("alone"), "alone");
        var run = await horde.EndOfAsync("jobs/alone");

        Assert.True((string?)run["status"] == "completed", run.ToJsonString());
        Assert.Single(run["outcome"]!["attempts"]!.AsArray());
        Assert.Equal(1, horde.Emulator.Counters.Creates);
    }
}

using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.Tests.Support;
using ComputeHorde.DurableTask.Sqlite.Testing;

namespace ComputeHorde.Durable.Tests.Runs;

/// <summary>Room is waited for, and costs neither money nor attempts.</summary>
public sealed class CapacityTests
{
    [Fact]
    public async Task Run_HordeIsFullFor25Minutes_PaysForOneJobInOneAttempt()
    {
        var clock = new VirtualTimeProvider(DateTimeOffset.UtcNow);
        await using var horde = await VirtualHorde.StartAsync(clock, poll: TimeSpan.FromSeconds(30));
        horde.Emulator.SetBehaviourForTag("full#", "rejected:no_miner_for_job");
        await using var room = clock.CreateTimer(_ => horde.Emulator.SetBehaviourForTag("full#", "ok"), null, TimeSpan.FromMinutes(25), Timeout.InfiniteTimeSpan);
        var progress = new ConcurrentQueue<JsonNode>();

        using var answer = await horde.PostAsync("jobs", Jobs.Sha256("full"), "full");
        JsonObject run;
        do
        {
            run = await horde.GetAsync("jobs/full");
            if (run["progress"] is { } seen)
            {
                progress.Enqueue(seen);
            }
        }
        while (!run.ContainsKey("outcome") && !run.ContainsKey("error"));

        var outcome = run["outcome"]!;
        Assert.True((string?)run["status"] == "completed", run.ToJsonString());
        Assert.Equal(1, (int)outcome["paid_attempts"]!);
        Assert.Single(outcome["attempts"]!.AsArray());
        Assert.InRange((int)outcome["turned_away"]!, 5, 12);
        Assert.Equal(1 + (int)outcome["turned_away"]!, horde.Emulator.Counters.Creates);
        Assert.All(horde.Emulator.Counters.PaidCreatesByTag, static tag => Assert.Equal(1, tag.Value));
        var waiting = progress.Where(static seen => (string?)seen["phase"] == "waiting_for_capacity").ToList();
        Assert.NotEmpty(waiting);
        Assert.All(waiting, static seen => Assert.True((int)seen["capacity"]!["count"]! > 0 && seen["capacity"]!["since"] is not null, seen.ToJsonString()));
    }

    [Fact]
    public async Task Run_NoValidatorIsConnected_WaitsAsForRoom()
    {
        var clock = new VirtualTimeProvider(DateTimeOffset.UtcNow);
        await using var horde = await VirtualHorde.StartAsync(clock, poll: TimeSpan.FromSeconds(30));
        horde.Emulator.Faults = new() { ValidatorDisconnected = true };
        await using var back = clock.CreateTimer(_ => horde.Emulator.Faults = new(), null, TimeSpan.FromMinutes(10), Timeout.InfiniteTimeSpan);

        using var answer = await horde.PostAsync("jobs", Jobs.Sha256("alone"), "alone");
        var run = await horde.EndOfAsync("jobs/alone", withinSeconds: 90);

        Assert.True((string?)run["status"] == "completed", run.ToJsonString());
        Assert.Single(run["outcome"]!["attempts"]!.AsArray());
        Assert.Equal(1, horde.Emulator.Counters.Creates);
    }
}

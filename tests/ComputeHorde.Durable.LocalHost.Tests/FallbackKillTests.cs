using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ComputeHorde.FallbackEmulator;

namespace ComputeHorde.Durable.LocalHost.Tests;

/// <summary>
/// SIGKILL while machines of another cloud are rented, work and end. The cloud lives on, runs what it was told to, and keeps the meter.
/// </summary>
public sealed class FallbackKillTests
{
    [Fact]
    public async Task Serve_KilledWhileMachinesAreRentedAndWork_RunsEachJobOnce_AndLeavesNoMachine()
    {
        const int Runs = 4,
            Kills = 2;
        await using var cloud = await CloudEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var service = await Service.CreateAsync(static horde => horde.Speed = 20);
        service.Settings["ComputeHorde__FallbackProvider"] = "runpod";
        service.Settings["ComputeHorde__RunPodUrl"] = cloud.RunPod.AbsoluteUri;
        service.Settings["ComputeHorde__RunPodApiKey"] = cloud.Options.RunPodKey;
        cloud.Faults.Creates.Enqueue(CreateFault.ErrorAfter);
        cloud.Faults.Creates.Enqueue(CreateFault.None);
        cloud.Faults.Creates.Enqueue(CreateFault.DropAfter);
        cloud.Faults.ListingLag = TimeSpan.FromMilliseconds(500);
        await using var leaks = new LeakedTexts(cloud.Options.RunPodKey, "sig=");
        await service.StartAsync();
        for (var number = 0; number < Runs; number++)
        {
            service.Horde.SetBehaviourForTag($"kill-{number}#", "rejected:no_miner_for_job");
            Assert.Equal(HttpStatusCode.Accepted, await service.PostAsync($"kill-{number}", Job(cloud, number)));
        }

        for (var kill = 1; kill <= Kills; kill++)
        {
            // First in the middle of renting, then while the machines work.
            await Eventually.TrueAsync(() => cloud.Machines.Count >= kill, "machines are rented");
            await service.KillAsync();
            await service.StartAsync();
        }

        for (var number = 0; number < Runs; number++)
        {
            var run = await service.EndOfAsync($"kill-{number}");
            Assert.True(
                (string?)run["status"] == "completed",
                $"{run} {string.Join('\n', cloud.Machines.Select(static machine => $"{machine.Name} {machine.Id} {machine.IsThere} {machine.Executions}"))}"
            );
            Assert.Equal($"job {number}\n", await service.GetTextAsync($"jobs/kill-{number}/result?part=stdout"));
            var terms = run["outcome"]!["fallback"]!;
            Assert.InRange((decimal)terms["cost_usd"]!, 0, (decimal)terms["cost_bound_usd"]!);
        }

        Assert.Empty(cloud.Costing);
        var bound = (decimal)(await service.GetAsync("jobs/kill-0"))["outcome"]!["fallback"]!["cost_bound_usd"]!;
        Assert.All(cloud.Machines, machine => Assert.InRange(machine.CostUsd, 0, bound));
        Assert.Equal(Runs, cloud.Machines.Sum(static machine => machine.Executions));
        Assert.All(
            cloud.Machines.GroupBy(static machine => machine.Name[..machine.Name.LastIndexOf('-')]),
            static machines => Assert.Equal(1, machines.Sum(static machine => machine.Executions))
        );
        var data = service.DataFolder;
        await service.KillAsync();
        Assert.Empty(leaks.Found);
        foreach (var file in Directory.EnumerateFiles(data, "*", SearchOption.TopDirectoryOnly))
        {
            var history = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
            Assert.False(
                history.Contains(cloud.Options.RunPodKey, StringComparison.Ordinal) || history.Contains("sig=", StringComparison.Ordinal),
                file
            );
        }
    }

    private static JsonObject Job(CloudEmulator cloud, int number) =>
        new()
        {
            ["executor_class"] = "always_on.test",
            ["docker_image"] = $"{cloud.Registry}/tools/shell:1",
            ["args"] = new JsonArray("/bin/sh", "-c", $"sleep 3; echo job {number}"),
            ["download_time_limit_sec"] = 300,
            ["execution_time_limit_sec"] = 300,
            ["upload_time_limit_sec"] = 300,
            ["policy"] = new JsonObject
            {
                ["fallback"] = "on_unavailable",
                ["capacity_timeout_seconds"] = 0,
                ["fallback_max_usd"] = 1,
            },
        };
}

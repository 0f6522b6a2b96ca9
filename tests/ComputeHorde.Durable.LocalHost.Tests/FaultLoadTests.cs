using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using ComputeHorde.Emulator;

namespace ComputeHorde.Durable.LocalHost.Tests;

/// <summary>
/// Many runs at once against a facilitator that misbehaves, and with large results. The long forms: COMPUTEHORDE_FAULT_RUNS=2000, which are
/// spread over COMPUTEHORDE_FAULT_MINUTES=10; COMPUTEHORDE_LARGE_RESULTS=150.
/// </summary>
public sealed class FaultLoadTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Serve_TwelveKindsOfFaultsOnAnEighthOfTheCalls_FailsNothingAndPaysOnce()
    {
        var count = KillTests.Setting("COMPUTEHORDE_FAULT_RUNS") ?? 20;
        var pause = TimeSpan.FromMinutes(KillTests.Setting("COMPUTEHORDE_FAULT_MINUTES") ?? 0) / count;
        await using var service = await Service.CreateAsync(static horde =>
        {
            horde.Speed = 5;
            horde.Faults = new FaultSettings { MixedRate = 0.12 };
        });
        service.Settings["ComputeHorde__MaxStartsPerMinute"] = "100000";
        await service.StartAsync();
        for (var number = 0; number < count; number++)
        {
            var job = Service.Job($"word-{number}");
            job.Remove("outputs");
            Assert.Equal(HttpStatusCode.Accepted, await service.PostAsync($"fault-{number}", job));
            await Task.Delay(pause, TestContext.Current.CancellationToken);
        }

        var statuses = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        for (var number = 0; number < count; number++)
        {
            var run = await service.EndOfAsync($"fault-{number}", withinSeconds: 600);
            statuses.AddOrUpdate((string)run["status"]!, 1, static (_, before) => before + 1);
            var paid = service.Horde.Counters.PaidCreatesByTag.Count(tag =>
                tag.Key.StartsWith($"fault-{number}#", StringComparison.Ordinal)
            );
            Assert.True(paid <= (int)run["outcome"]!["paid_attempts"]!, $"{paid} jobs were paid, and the run says: {run.ToJsonString()}");
            Assert.True((string?)run["status"] == "completed", run.ToJsonString());
        }

        var counters = service.Horde.Counters;
        output.WriteLine(
            $"{count} runs: {string.Join(", ", statuses)}; {counters.Creates} jobs of {counters.CreateCalls} create calls; {counters.FaultsInjected} faults"
        );
        Assert.All(counters.PaidCreatesByTag, static paid => Assert.True(paid.Value == 1, $"{paid.Key} was paid {paid.Value} times"));
    }

    [Fact]
    public async Task Serve_ManyLargeResultsAtOnce_StoresThemInBoundedMemory()
    {
        const int Chars = 4 << 20;
        var count = KillTests.Setting("COMPUTEHORDE_LARGE_RESULTS") ?? 12;
        await using var service = await Service.CreateAsync(static horde =>
        {
            horde.Speed = 5;
            horde.MaxOutputCharacters = Chars + 1;
        });
        await service.StartAsync();
        var before = PeakMiB(service);
        for (var number = 0; number < count; number++)
        {
            var job = Service.Job($"word-{number}");
            job["env"] = new JsonObject { ["EMULATOR_STDOUT_CHARS"] = $"{Chars}", ["EMULATOR_OUTPUT_BYTES"] = $"{Chars}" };
            Assert.Equal(HttpStatusCode.Accepted, await service.PostAsync($"large-{number}", job));
        }

        for (var number = 0; number < count; number++)
        {
            var run = await service.EndOfAsync($"large-{number}");
            Assert.True((string?)run["status"] == "completed", run.ToJsonString());
            var manifest = await service.GetAsync($"jobs/large-{number}/result");
            Assert.InRange((long)manifest["stdout"]!["size"]!, Chars, Chars + 1);
            Assert.Equal(Chars, (long)manifest["outputs"]!["/output/report.txt"]!["size"]!);
            Assert.NotNull(manifest["outputs"]!["/output/report.txt"]!["sha256"]);
        }

        // None is in memory, so that neither their number nor the load of the machine nor the collector's mood makes it more.
        output.WriteLine($"{count} results of {Chars >> 20} MB, and as large outputs: peak {PeakMiB(service)} MiB, {before} MiB before");
        Assert.InRange(PeakMiB(service), 1, 350);
    }

    private static long PeakMiB(Service service)
    {
        using var process = Process.GetProcessById(service.Process!.Id);
        return process.PeakWorkingSet64 >> 20;
    }
}

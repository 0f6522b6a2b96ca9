using System.Diagnostics;
using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Benchmarks;

/// <summary>Many instances that wait for an event: what each costs in memory and on disk, and how fast all are let go.</summary>
internal static class EngineWaiting
{
    internal static async Task<string> ReportAsync(int count, string folder)
    {
        var path = Path.Combine(folder, "waiting.db");
        await using var host = await EngineHost.StartAsync(
            tasks => tasks.AddOrchestratorFunc<object, string>("wait", (context, _) => context.WaitForExternalEvent<string>("go")),
            path);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var clock = Stopwatch.StartNew();
        var ids = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => host.Client.ScheduleNewOrchestrationInstanceAsync("wait")));
        var started = clock.Elapsed.TotalSeconds;
        var memory = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)count;
        var disk = Directory.EnumerateFiles(folder, "waiting.db*").Sum(file => new FileInfo(file).Length) / (double)count;
        clock.Restart();
        await Task.WhenAll(ids.Select(id => host.Client.RaiseEventAsync(id, "go", "now")));
        await Task.WhenAll(ids.Select(id => host.Client.WaitForInstanceCompletionAsync(id)));
        var released = clock.Elapsed.TotalSeconds;
        Console.WriteLine(
            $"waiting    {count,7}  started {count / started:F0}/s, released {count / released:F0}/s, {memory:F0} bytes of memory and {disk:F0} of disk each");
        return JsonSerializer.Serialize(new
        {
            shape = "waiting",
            items = count,
            started_per_second = Math.Round(count / started),
            released_per_second = Math.Round(count / released),
            memory_bytes_per_instance = Math.Round(memory),
            disk_bytes_per_instance = Math.Round(disk),
            peak_mb = Math.Round(Process.GetCurrentProcess().PeakWorkingSet64 / 1e6),
        });
    }
}

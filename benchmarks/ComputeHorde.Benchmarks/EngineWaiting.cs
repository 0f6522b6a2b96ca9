using System.Diagnostics;
using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Benchmarks;

/// <summary>Many instances that wait for an event: what each costs in memory and on disk, and how fast all are let go.</summary>
internal static class EngineWaiting
{
    private const int Runs = 3;

    internal static async Task<string> ReportAsync(int count, string folder)
    {
        await RunAsync(count / 10, folder);
        List<Result> results = [];
        for (var run = 0; run < Runs; run++)
        {
            // What the run before has left behind goes with the next hub, and would count as memory that this one gives back.
            await RunAsync(10, folder);
            results.Add(await RunAsync(count, folder));
        }

        double Median(Func<Result, double> value) => results.Select(value).Order().ElementAt(Runs / 2);
        var (started, cpu, allocated) = (
            Median(result => result.StartedPerSecond),
            Median(result => result.CpuMicroseconds),
            Median(result => result.AllocatedBytes)
        );
        var (released, memory, disk) = (
            Median(result => result.ReleasedPerSecond),
            Median(result => result.MemoryBytes),
            Median(result => result.DiskBytes)
        );
        Console.WriteLine(
            $"waiting    {count,7}  started {started:F0}/s for {cpu:F1} us of CPU and {allocated:F0} B, released {released:F0}/s, {memory:F0} bytes of memory and {disk:F0} of disk each"
        );
        return JsonSerializer.Serialize(
            new
            {
                shape = "waiting",
                items = count,
                started_per_second = Math.Round(started),
                start_cpu_us = Math.Round(cpu, 1),
                start_bytes = Math.Round(allocated),
                released_per_second = Math.Round(released),
                memory_bytes_per_instance = Math.Round(memory),
                disk_bytes_per_instance = Math.Round(disk),
                peak_mb = Math.Round(Process.GetCurrentProcess().PeakWorkingSet64 / 1e6),
                runs = Runs,
            }
        );
    }

    private static async Task<Result> RunAsync(int count, string folder)
    {
        var path = Path.Combine(folder, $"{Guid.NewGuid():N}.db");
        try
        {
            return await MeasureAsync(count, path);
        }
        finally
        {
            EngineHost.DeleteFiles(path);
        }
    }

    private static async Task<Result> MeasureAsync(int count, string path)
    {
        await using var host = await EngineHost.StartAsync(
            tasks => tasks.AddOrchestratorFunc<object, string>("wait", (context, _) => context.WaitForExternalEvent<string>("go")),
            path
        );
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (cpu, allocated, clock) = (Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(), Stopwatch.StartNew());
        var ids = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => host.Client.ScheduleNewOrchestrationInstanceAsync("wait")));
        var started = clock.Elapsed.TotalSeconds;
        (cpu, allocated) = (Environment.CpuUsage.TotalTime - cpu, GC.GetTotalAllocatedBytes() - allocated);
        var memory = GC.GetTotalMemory(forceFullCollection: true) - before;
        var disk = Directory
            .EnumerateFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + "*")
            .Sum(file => new FileInfo(file).Length);
        clock.Restart();
        await Task.WhenAll(ids.Select(id => host.Client.RaiseEventAsync(id, "go", "now")));
        await Task.WhenAll(ids.Select(id => host.Client.WaitForInstanceCompletionAsync(id)));
        return new Result(
            count / started,
            cpu.TotalMicroseconds / count,
            allocated / (double)count,
            count / clock.Elapsed.TotalSeconds,
            memory / (double)count,
            disk / (double)count
        );
    }

    private sealed record Result(
        double StartedPerSecond,
        double CpuMicroseconds,
        double AllocatedBytes,
        double ReleasedPerSecond,
        double MemoryBytes,
        double DiskBytes
    );
}

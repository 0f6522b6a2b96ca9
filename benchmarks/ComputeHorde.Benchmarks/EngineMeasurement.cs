using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime;
using ComputeHorde.DurableTask.RealEngine;
using Microsoft.DurableTask;

namespace ComputeHorde.Benchmarks;

/// <summary>One run of a shape on a fresh engine.</summary>
internal sealed record EngineMeasurement(
    double Seconds,
    double CpuMilliseconds,
    long AllocatedBytes,
    long Commits,
    long PeakBytes,
    long Compiled,
    IReadOnlyList<double> Latencies
)
{
    internal static async Task<EngineMeasurement> RunAsync(EngineShape shape, string folder)
    {
        var path = Path.Combine(folder, $"{Guid.NewGuid():N}.db");
        try
        {
            await using var host = await EngineHost.StartAsync(shape.Register, path);
            return await RunAsync(ended => shape.RunAsync(host.Client, ended), () => host.Hub.CommittedTransactions);
        }
        finally
        {
            EngineHost.DeleteFiles(path);
        }
    }

    /// <summary>A run on the real engine; what its storage costs, which is a process of its own, is not counted.</summary>
    internal static async Task<EngineMeasurement> RunOnTheRealEngineAsync(EngineShape shape)
    {
        await using var engine = await RealEngine.StartAsync(tasks =>
        {
            shape.Register(tasks);
            tasks.AddOrchestratorFunc<object, int>("nothing", static (_, _) => 0);
        });

        // Its partition is taken up only now; the first orchestration would wait for that.
        await engine.Client.WaitForInstanceCompletionAsync(await engine.Client.ScheduleNewOrchestrationInstanceAsync("nothing"));
        return await RunAsync(ended => shape.RunAsync(engine.Client, ended), () => 0);
    }

    /// <summary>A run on Restate, whose server and services are processes of their own.</summary>
    internal static Task<EngineMeasurement> RunOnRestateAsync(RestateShapes.Shape shape, RestateServer server) =>
        RunAsync(ended => shape.RunAsync(server.Client, ended), () => 0);

    /// <summary>The latency in milliseconds that a share of the orchestrations does not exceed.</summary>
    internal double Latency(double share) => Latencies[Math.Min(Latencies.Count - 1, (int)(Latencies.Count * share))];

    private static async Task<EngineMeasurement> RunAsync(Func<Action<TimeSpan>, Task> run, Func<long> commits)
    {
        var latencies = new ConcurrentQueue<double>();
        GC.Collect();
        var (compiled, cpu, allocated, clock) = (
            JitInfo.GetCompiledMethodCount(),
            Environment.CpuUsage.TotalTime,
            GC.GetTotalAllocatedBytes(),
            Stopwatch.StartNew()
        );
        await run(latency => latencies.Enqueue(latency.TotalMilliseconds));
        var seconds = clock.Elapsed.TotalSeconds;
        return new EngineMeasurement(
            seconds,
            (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds,
            GC.GetTotalAllocatedBytes() - allocated,
            commits(),
            Process.GetCurrentProcess().PeakWorkingSet64,
            JitInfo.GetCompiledMethodCount() - compiled,
            [.. latencies.Order()]
        );
    }
}

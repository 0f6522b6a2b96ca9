using System.Diagnostics;

namespace ComputeHorde.Benchmarks;

/// <summary>One run of a shape on a fresh database.</summary>
internal sealed record EngineMeasurement(double Seconds, double CpuMilliseconds, long AllocatedBytes, long Commits, long PeakBytes)
{
    internal static async Task<EngineMeasurement> RunAsync(EngineShape shape, string folder)
    {
        var path = Path.Combine(folder, $"{Guid.NewGuid():N}.db");
        try
        {
            await using var host = await EngineHost.StartAsync(shape.Register, path);
            GC.Collect();
            var (cpu, allocated, clock) = (Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(), Stopwatch.StartNew());
            await shape.RunAsync(host.Client);
            var seconds = clock.Elapsed.TotalSeconds;
            return new EngineMeasurement(
                seconds,
                (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds,
                GC.GetTotalAllocatedBytes() - allocated,
                host.Hub.CommittedTransactions,
                Process.GetCurrentProcess().PeakWorkingSet64);
        }
        finally
        {
            foreach (var file in Directory.EnumerateFiles(folder, Path.GetFileName(path) + "*"))
            {
                File.Delete(file);
            }
        }
    }
}

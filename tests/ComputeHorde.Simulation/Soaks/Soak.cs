using System.Diagnostics;
using ComputeHorde.Simulation.World;

namespace ComputeHorde.Simulation.Soaks;

/// <summary>Many seeds, one after the other; standard error says each minute how far it is.</summary>
internal static class Soak
{
    private static readonly TimeSpan SaysEach = TimeSpan.FromMinutes(1);

    public static async Task<int> RunAsync(int from, int count, bool traces)
    {
        var (started, broken, faults, deaths, calls, notices, lived) = (Stopwatch.GetTimestamp(), 0, 0L, 0L, 0L, 0L, TimeSpan.Zero);
        var said = started;
        for (var seed = from; seed < from + count; seed++)
        {
            if (Stopwatch.GetElapsedTime(said) > SaysEach)
            {
                said = Stopwatch.GetTimestamp();
                var left = Stopwatch.GetElapsedTime(started) * (((double)count / (seed - from)) - 1);
                await Console.Error.WriteLineAsync(
                    $"{seed - from} of {count} seeds, {broken} broke a rule, {left.TotalMinutes:0} minutes to go"
                );
            }

            var report = await Life.RunAsync(Scenario.Of(seed));
            (faults, deaths, calls) = (faults + report.Faults.Count, deaths + report.Deaths, calls + report.Calls);
            (notices, lived) = (notices + report.Notices, lived + report.Lived);
            if (traces)
            {
                Console.WriteLine($"seed {seed}: trace {report.Trace:x}");
            }

            if (report.Broken.Count > 0)
            {
                broken++;
                Console.WriteLine($"seed {seed}\n" + string.Join('\n', report.Broken.Select(static rule => $"  BROKEN {rule}")));
            }
        }

        var spent = Stopwatch.GetElapsedTime(started);
        Console.WriteLine(
            $"{count} seeds in {spent.TotalSeconds:0.0} s: {broken} broke a rule; {faults} faults, {deaths} deaths, {calls} calls, {notices} notices, {lived.TotalDays:0.0} simulated days"
        );
        return broken == 0 ? 0 : 1;
    }
}

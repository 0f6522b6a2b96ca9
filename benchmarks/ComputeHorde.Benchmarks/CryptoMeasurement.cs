using System.Diagnostics;

namespace ComputeHorde.Benchmarks;

/// <summary>The rounds of one operation of one library, in nanoseconds per operation.</summary>
internal sealed class CryptoMeasurement(string library, string operation, Func<int, double> nanosecondsPerOperation)
{
    // Shorter than a time slice, so that on a busy machine some rounds run undisturbed.
    private const double RoundNanoseconds = 2e6;

    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(1.5);
    private readonly List<double> _rounds = [];
    private int _count;

    internal string Library => library;

    internal string Operation => operation;

    internal double Least => _rounds.Min();

    internal double Median => _rounds.Order().ElementAt(_rounds.Count / 2);

    /// <summary>Bytes allocated per operation; unknown for other processes.</summary>
    internal double? AllocatedBytes { get; private init; }

    /// <summary>Measures an operation in this process.</summary>
    internal static CryptoMeasurement Local(string operation, Action run, int operationsPerRun = 1)
    {
        // Long enough for every method to reach its last tier, by the processor's clock and not the wall's: the machine may be busy.
        for (var start = Environment.CpuUsage.TotalTime; Environment.CpuUsage.TotalTime - start < s_warmUp;)
        {
            run();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        run();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return new("ComputeHorde", operation, count => Time(run, count) / operationsPerRun)
        {
            AllocatedBytes = (double)allocated / operationsPerRun,
        };
    }

    internal void RunRound()
    {
        if (_count == 0)
        {
            // Warms up and finds out how many operations fill a round.
            _ = nanosecondsPerOperation(50);
            _count = Math.Clamp((int)(RoundNanoseconds / nanosecondsPerOperation(50)), 1, 100_000);
        }

        _rounds.Add(nanosecondsPerOperation(_count));
    }

    private static double Time(Action run, int count)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            run();
        }

        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / count;
    }
}

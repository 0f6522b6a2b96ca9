using System.Diagnostics;
using System.Globalization;
using ComputeHorde.Simulation.World;

namespace ComputeHorde.Simulation.Soaks;

/// <summary>The command line: soaks, single seeds, reductions.</summary>
internal static class Command
{
    public static bool Knows(string option) => option is "--seeds" or "--seed" or "--reduce" or "--from";

    public static async Task<int> RunAsync(string[] args)
    {
        int? Number(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : null;

        if (Number("--seed") is { } seed)
        {
            var report = await Life.RunAsync(Scenario.Of(seed), logsCalls: args.Contains("--calls"));
            if (args.Contains("--log") || args.Contains("--calls"))
            {
                Console.WriteLine(string.Join('\n', report.Log));
            }

            Console.WriteLine(report.Describe());
            return report.Broken.Count;
        }

        return await Soak.RunAsync(Number("--from") ?? 1, Number("--seeds") ?? 100, args.Contains("--traces"));
    }
}

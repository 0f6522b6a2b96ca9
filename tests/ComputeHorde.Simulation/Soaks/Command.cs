using System.Globalization;
using ComputeHorde.Simulation.Histories;
using ComputeHorde.Simulation.World;

namespace ComputeHorde.Simulation.Soaks;

/// <summary>
/// The command line: <c>--seeds 10000 [--from 1]</c> soaks, <c>--seed 123 [--log|--calls]</c> lives one again, <c>--reduce 123</c> makes it
/// smaller,
/// <c>--export 0.1.0</c> writes the histories of each fate.
/// </summary>
internal static class Command
{
    public static bool Knows(string option) => option is "--seeds" or "--seed" or "--reduce" or "--from" or "--export";

    public static async Task<int> RunAsync(string[] args)
    {
        if (Text(args, "--export") is { } version)
        {
            return await StoredHistories.ExportAsync(version);
        }

        if (Number(args, "--reduce") is { } broken)
        {
            return Show(await new Reducer(Application.Today).ReduceAsync(Scenario.Of(broken)), args);
        }

        if (Number(args, "--seed") is { } seed)
        {
            return Show(await Life.RunAsync(Scenario.Of(seed), logsCalls: args.Contains("--calls")), args);
        }

        return await Soak.RunAsync(Number(args, "--from") ?? 1, Number(args, "--seeds") ?? 100, args.Contains("--traces"));
    }

    private static int Show(LifeReport? report, string[] args)
    {
        if (report is null)
        {
            Console.WriteLine("It breaks no rule.");
            return 0;
        }

        if (args.Contains("--log") || args.Contains("--calls"))
        {
            Console.WriteLine(string.Join('\n', report.Log));
        }

        Console.WriteLine(report.Describe());
        return report.Broken.Count == 0 ? 0 : 1;
    }

    private static int? Number(string[] args, string name) =>
        Text(args, name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    private static string? Text(string[] args, string name) =>
        Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
}

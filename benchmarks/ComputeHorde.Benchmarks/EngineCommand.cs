using System.CommandLine;
using System.Diagnostics;
using System.Runtime;
using System.Text.Json;

namespace ComputeHorde.Benchmarks;

/// <summary>
/// The provider on SQLite with <c>synchronous=FULL</c>: medians of several runs, after some to warm up. Beside it one run of the real
/// engine, smaller, on the Azure Storage back end over Azurite, and if asked for, one on Restate.
/// </summary>
internal static class EngineCommand
{
    private const int QuietRuns = 3;

    private static readonly TimeSpan ShortestWarmUp = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan LongestWarmUp = TimeSpan.FromSeconds(30);

    internal static Command Create()
    {
        var runs = new Option<int>("--runs") { Description = "How often each shape runs.", DefaultValueFactory = _ => 5 };
        var scale = new Option<double>("--scale")
        {
            Description = "Multiplies the numbers of orchestrations.",
            DefaultValueFactory = _ => 1,
        };
        var only = new Option<string?>("--only") { Description = "Runs one shape." };
        var folder = new Option<string?>("--folder") { Description = "Where the databases are written; by default a temporary folder." };
        var alone = new Option<bool>("--alone") { Description = "Leaves the real engine out." };
        var restate = new Option<bool>("--restate") { Description = "Adds Restate, where npm has installed it in tools/restate." };
        var command = new Command("engine", "The provider beside the real engine: a table, then one JSON line for each shape")
        {
            runs,
            scale,
            only,
            folder,
            alone,
            restate,
        };
        command.SetAction(
            (parsed, _) =>
                RunAsync(
                    parsed.GetValue(runs),
                    parsed.GetValue(scale),
                    parsed.GetValue(only),
                    parsed.GetValue(folder),
                    !parsed.GetValue(alone),
                    parsed.GetValue(restate)
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(int runs, double scale, string? only, string? folder, bool withReal, bool withRestate)
    {
        var temporary = folder is null ? Directory.CreateTempSubdirectory("engine-benchmark").FullName : null;
        List<string> lines = [];
        if (withRestate && RestateServer.Missing is { } missing)
        {
            Console.WriteLine(missing);
            withRestate = false;
        }

        try
        {
            await using var restate = withRestate ? await RestateServer.StartAsync(folder ?? temporary!) : null;
            Console.WriteLine(
                $"{"shape",-10} {"items",7} {"per second",11} {"CPU ms/item",12} {"KB/item",9} {"commits/orch.",14} {"peak MB",8} {"p50 ms",8} {"p99 ms",8} | {"real items",10} {"per second",11} {"p50 ms",8} {"p99 ms",8}{(withRestate ? $" | {"Restate",10} {"per second",11} {"p50 ms",8} {"p99 ms",8}" : "")}"
            );
            foreach (var shape in EngineShapes.All(scale).Where(shape => only is null || shape.Name == only))
            {
                var real = withReal ? EngineShapes.OfTheRealEngine(scale).Single(smaller => smaller.Name == shape.Name) : null;
                lines.Add(await ReportAsync(shape, real, restate, scale, runs, folder ?? temporary!));
            }

            if (only is null or "waiting")
            {
                lines.Add(await EngineWaiting.ReportAsync((int)(100_000 * scale), folder ?? temporary!));
            }
        }
        finally
        {
            if (temporary is not null)
            {
                Directory.Delete(temporary, recursive: true);
            }
        }

        lines.ForEach(Console.WriteLine);
        return 0;
    }

    private static async Task<string> ReportAsync(
        EngineShape shape,
        EngineShape? realShape,
        RestateServer? restate,
        double scale,
        int runs,
        string folder
    )
    {
        // The measurement is of code that has reached its last tier: the compiler works in the background, on the same processors. A run in
        // which it did is run again, as long as there is time.
        var (clock, quiet) = (Stopwatch.StartNew(), 0);
        while (clock.Elapsed < ShortestWarmUp || (quiet < QuietRuns && clock.Elapsed < LongestWarmUp))
        {
            quiet = (await EngineMeasurement.RunAsync(shape, folder)).Compiled == 0 ? quiet + 1 : 0;
        }

        List<EngineMeasurement> results = [];
        while (results.Count < runs)
        {
            var run = await EngineMeasurement.RunAsync(shape, folder);
            if (run.Compiled == 0 || clock.Elapsed > LongestWarmUp * 2)
            {
                results.Add(run);
            }
        }

        double Median(Func<EngineMeasurement, double> value) => results.Select(value).Order().ElementAt(results.Count / 2);
        var rate = shape.Items / Median(result => result.Seconds);
        var cpu = Median(result => result.CpuMilliseconds) / shape.Items;
        var bytes = Median(result => result.AllocatedBytes) / shape.Items;
        var commits = Median(result => result.Commits) / shape.Orchestrations;
        var peak = results.Max(result => result.PeakBytes) / 1e6;
        var (p50, p99) = (Median(result => result.Latency(0.5)), Median(result => result.Latency(0.99)));
        Console.Write(
            $"{shape.Name,-10} {shape.Items,7} {rate,11:F0} {cpu,12:F4} {bytes / 1024,9:F2} {commits,14:F3} {peak,8:F0} {p50,8:F1} {p99,8:F1}"
        );
        var real = realShape is null ? null : await EngineMeasurement.RunOnTheRealEngineAsync(realShape);
        Console.Write(Column(realShape?.Items, real));
        var restateShape = restate is null ? null : RestateShapes.Of(shape.Name, scale);
        EngineMeasurement? other = null;
        for (var run = 0; restateShape is not null && run < 2; run++)
        {
            // The first run warms it up.
            other = await EngineMeasurement.RunOnRestateAsync(restateShape, restate!);
        }

        Console.WriteLine(Column(restateShape?.Items, other));
        return JsonSerializer.Serialize(
            new
            {
                shape = shape.Name,
                unit = shape.Unit,
                items = shape.Items,
                per_second = Math.Round(rate),
                cpu_ms_per_item = Math.Round(cpu, 4),
                bytes_per_item = Math.Round(bytes),
                commits_per_orchestration = Math.Round(commits, 4),
                peak_mb = Math.Round(peak),
                p50_ms = Math.Round(p50, 2),
                p99_ms = Math.Round(p99, 2),
                runs,
                real_items = realShape?.Items,
                real_per_second = real is null ? (double?)null : Math.Round(realShape!.Items / real.Seconds, 1),
                real_p50_ms = real is null ? (double?)null : Math.Round(real.Latency(0.5)),
                real_p99_ms = real is null ? (double?)null : Math.Round(real.Latency(0.99)),
                restate_items = restateShape?.Items,
                restate_per_second = other is null ? (double?)null : Math.Round(restateShape!.Items / other.Seconds, 1),
                restate_p50_ms = other is null ? (double?)null : Math.Round(other.Latency(0.5), 1),
                restate_p99_ms = other is null ? (double?)null : Math.Round(other.Latency(0.99), 1),
            }
        );
    }

    private static string Column(int? items, EngineMeasurement? measured) =>
        measured is null
            ? ""
            : $" | {items,10} {items / measured.Seconds,11:F1} {measured.Latency(0.5),8:F1} {measured.Latency(0.99),8:F1}";
}

using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ComputeHorde.Benchmarks;

/// <summary>
/// Counts what runs cost on the engine that Azure runs: storage transactions by service and operation, calls to the facilitator, turns,
/// activities and rows of histories.
/// What passes while nothing runs is measured first and taken off, by time.
/// </summary>
internal static class TransactionsCommand
{
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(5);

    internal static Command Create()
    {
        var count = new Option<int>("--runs")
        {
            Description = "How many runs there are of each kind, at once.",
            DefaultValueFactory = _ => 20,
        };
        var idle = new Option<int>("--idle-seconds") { Description = "How long nothing runs.", DefaultValueFactory = _ => 60 };
        var command = new Command(
            "transactions",
            "Storage transactions, activities and history rows of a run, a check and a batch line on the real engine over Azurite: tables, then one JSON line each"
        )
        {
            count,
            idle,
        };
        command.SetAction(
            (parsed, cancellationToken) => RunAsync(parsed.GetValue(count), TimeSpan.FromSeconds(parsed.GetValue(idle)), cancellationToken)
        );
        return command;
    }

    private static async Task<int> RunAsync(int count, TimeSpan idle, CancellationToken cancellationToken)
    {
        AppContext.SetSwitch(RequestCounter.QuerySwitch, true);
        await using var host = await TransactionsHost.StartAsync(cancellationToken);
        await host.StartFunctionsAsync(pollSeconds: 5, cancellationToken);
        var nothing = await IdleAsync(host, idle, cancellationToken);
        Print("nothing runs, a minute", nothing.ToDictionary(static count => count.Key, static count => 60 * count.Value), history: null);

        // Jobs of the emulator are quick: asked about as often in their lives as real ones.
        await host.StartFunctionsAsync(pollSeconds: 1, cancellationToken);
        nothing = await IdleAsync(host, idle, cancellationToken);
        string[] names =
        [
            .. Enumerable.Range(0, count).Select(static number => string.Create(CultureInfo.InvariantCulture, $"{number:D3}")),
        ];
        await MeasureAsync(host, "a run", names, "plain", static _ => { }, static name => [name], nothing, cancellationToken);
        await MeasureAsync(
            host,
            "a run with an output",
            names,
            "output",
            static job => job["outputs"] = new JsonArray("/output/report.txt"),
            static name => [name],
            nothing,
            cancellationToken
        );
        await MeasureAsync(
            host,
            "a run with a check",
            names,
            "checked",
            static job => job["cross_validation"] = new JsonObject { ["sampling"] = "always" },
            static name => [name, $"{name}~check", $"{name}~trusted1"],
            nothing,
            cancellationToken
        );
        await MeasureBatchAsync(host, count, nothing, cancellationToken);
        return 0;
    }

    /// <summary>Requests a second while nothing runs.</summary>
    private static async Task<Dictionary<string, double>> IdleAsync(
        TransactionsHost host,
        TimeSpan length,
        CancellationToken cancellationToken
    )
    {
        // Containers, queues and partitions are there, and pauses between looks have grown to what they are.
        await Task.Delay(2 * Settled, TimeProvider.System, cancellationToken);
        host.Counter.Take();
        var start = Stopwatch.GetTimestamp();
        await Task.Delay(length, TimeProvider.System, cancellationToken);
        return host
            .Counter.Take()
            .ToDictionary(static count => count.Key, count => count.Value / Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static async Task MeasureAsync(
        TransactionsHost host,
        string title,
        string[] names,
        string prefix,
        Action<JsonObject> change,
        Func<string, string[]> instancesOf,
        Dictionary<string, double> nothing,
        CancellationToken cancellationToken
    )
    {
        string[] runs = [.. names.Select(name => $"{prefix}-{name}")];
        var counts = await CountAsync(
            host,
            async () =>
            {
                await Task.WhenAll(runs.Select(run => host.PostAsync("jobs", run, Job(change), cancellationToken)));
                await host.EndOfAsync(runs.SelectMany(instancesOf), cancellationToken);
            },
            runs.Length,
            nothing,
            cancellationToken
        );
        List<(string, int Rows, int Turns, int Activities)> histories = [];
        foreach (var instance in instancesOf(runs[0]))
        {
            var (rows, turns, activities) = await host.HistoryAsync(instance);
            histories.Add((instance == runs[0] ? "the run" : instance[runs[0].Length..], rows, turns, activities));
        }

        Print(title, counts, histories);
    }

    private static async Task MeasureBatchAsync(
        TransactionsHost host,
        int lines,
        Dictionary<string, double> nothing,
        CancellationToken cancellationToken
    )
    {
        var batch = new JsonObject
        {
            ["jobs"] = new JsonArray([.. Enumerable.Range(0, lines).Select(static _ => Job(static _ => { }))]),
            ["max_parallel"] = 20,
        };
        var counts = await CountAsync(
            host,
            async () =>
            {
                await host.PostAsync("batches", "lot", batch, cancellationToken);
                await host.EndOfAsync(["lot"], cancellationToken);
            },
            lines,
            nothing,
            cancellationToken
        );
        var (rows, turns, activities) = await host.HistoryAsync("lot~1");
        Print($"a line of a batch of {lines}", counts, [("the line's run", rows, turns, activities)]);
    }

    private static async Task<Dictionary<string, double>> CountAsync(
        TransactionsHost host,
        Func<Task> act,
        int units,
        Dictionary<string, double> nothing,
        CancellationToken cancellationToken
    )
    {
        host.Counter.Take();
        var start = Stopwatch.GetTimestamp();
        await act();

        // What follows the end: messages are deleted, leases given back.
        await Task.Delay(Settled, TimeProvider.System, cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return host
            .Counter.Take()
            .ToDictionary(
                static count => count.Key,
                count => Math.Max(0, count.Value - (nothing.GetValueOrDefault(count.Key) * seconds)) / units
            );
    }

    private static void Print(
        string title,
        Dictionary<string, double> counts,
        IReadOnlyList<(string Name, int Rows, int Turns, int Activities)>? history
    )
    {
        var storage = counts.Where(static count => !count.Key.StartsWith("facilitator", StringComparison.Ordinal)).ToDictionary();
        Console.WriteLine();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{title}: {storage.Values.Sum():F1} storage transactions, of them {storage.Where(static count => count.Key.StartsWith("engine ", StringComparison.Ordinal)).Sum(static count => count.Value):F1} of the engine"
            )
        );
        foreach (
            var (name, value) in counts
                .Where(static count => count.Value >= 0.05)
                .OrderBy(static count => count.Key, StringComparer.Ordinal)
        )
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {value,8:F2}  {name}"));
        }

        foreach (var (name, rows, turns, activities) in history ?? [])
        {
            Console.WriteLine($"  {name}: {activities} activities, {turns} turns, {rows} rows of history");
        }

        Console.WriteLine(
            JsonSerializer.Serialize(
                new
                {
                    what = title,
                    storage_transactions = Math.Round(storage.Values.Sum(), 1),
                    operations = counts.ToDictionary(static count => count.Key, static count => Math.Round(count.Value, 2)),
                    histories = history?.Select(static one => new
                    {
                        one.Name,
                        one.Rows,
                        one.Turns,
                        one.Activities,
                    }),
                }
            )
        );
    }

    private static JsonObject Job(Action<JsonObject> change)
    {
        var job = new JsonObject
        {
            ["executor_class"] = "always_on.test",
            ["docker_image"] = "computehorde/sha256:latest",
            ["args"] = new JsonArray("benchmark"),
            ["download_time_limit_sec"] = 60,
            ["execution_time_limit_sec"] = 300,
            ["upload_time_limit_sec"] = 60,
            ["cross_validation"] = new JsonObject { ["sampling"] = "never" },
        };
        change(job);
        return job;
    }
}

using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ComputeHorde.Benchmarks;

/// <summary>
/// The first rows of the runs page as the task hub fills: the time of the page's first request beside ten requests for one run, in turns,
/// so that a busy machine disturbs them alike; and what the request allocates, which must not grow with the number of runs.
/// </summary>
internal static class PageCommand
{
    private const string FirstRows = "jobs?order=newest&page_size=25";

    private static readonly int[] Sizes = [100, 1_000, 10_000, 100_000];

    internal static Command Create()
    {
        var most = new Option<int>("--runs") { Description = "How many runs there are in the end.", DefaultValueFactory = _ => 10_000 };
        var rounds = new Option<int>("--rounds")
        {
            Description = "How often the page is asked for at each size.",
            DefaultValueFactory = _ => 60,
        };
        var command = new Command(
            "page",
            "The first rows of the runs page beside ten small requests: a table, then one JSON line for each number of runs"
        )
        {
            most,
            rounds,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(most), parsed.GetValue(rounds), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(int most, int rounds, CancellationToken cancellationToken)
    {
        await using var host = await PageHost.StartAsync(cancellationToken);
        List<string> lines = [];
        Console.WriteLine(
            $"{"runs",7} {"small ms",9} {"first rows ms",14} {"of ten small",13} {"KB allocated",13} {"all pages ms",13} {"heap MB",8}"
        );
        foreach (var runs in Sizes.Where(size => size < most).Append(most))
        {
            await host.FillAsync(runs, cancellationToken);
            lines.Add(await MeasureAsync(host, runs, rounds, cancellationToken));
        }

        lines.ForEach(Console.WriteLine);
        return 0;
    }

    private static async Task<string> MeasureAsync(PageHost host, int runs, int rounds, CancellationToken cancellationToken)
    {
        List<double> small = [],
            page = [];
        List<long> allocated = [];
        for (var round = -5; round < rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var call = 0; call < 10; call++)
            {
                await host.Http.GetStringAsync(
                    new Uri($"jobs/{PageHost.NameOf(Random.Shared.Next(runs))}", UriKind.Relative),
                    cancellationToken
                );
            }

            var ten = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            var before = GC.GetTotalAllocatedBytes(precise: true);
            start = Stopwatch.GetTimestamp();
            await host.Http.GetStringAsync(new Uri(FirstRows, UriKind.Relative), cancellationToken);
            var first = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            var bytes = GC.GetTotalAllocatedBytes(precise: true) - before;

            // The first rounds are of code that has only been compiled.
            if (round >= 0)
            {
                small.Add(ten);
                page.Add(first);
                allocated.Add(bytes);
            }
        }

        var (all, heap) = await ReadAllAsync(host, runs, cancellationToken);
        var (smallMs, pageMs, kilobytes) = (
            Median(small) / 10,
            Median(page),
            Median([.. allocated.Select(static bytes => (double)bytes)]) / 1024
        );
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{runs,7} {smallMs,9:F2} {pageMs,14:F2} {pageMs / (10 * smallMs),13:F2} {kilobytes,13:F0} {all,13:F0} {heap,8:F0}"
            )
        );
        return JsonSerializer.Serialize(
            new
            {
                runs,
                small_ms = Math.Round(smallMs, 3),
                first_rows_ms = Math.Round(pageMs, 3),
                ratio_to_ten_small = Math.Round(pageMs / (10 * smallMs), 3),
                first_rows_kb = Math.Round(kilobytes),
                all_pages_ms = Math.Round(all),
                heap_mb = Math.Round(heap),
                rounds,
            }
        );
    }

    /// <summary>Every page there is, one after the other.</summary>
    private static async Task<(double Milliseconds, double HeapMegabytes)> ReadAllAsync(
        PageHost host,
        int runs,
        CancellationToken cancellationToken
    )
    {
        var start = Stopwatch.GetTimestamp();
        var (seen, heap) = (0, 0L);
        string? continuation = null;
        do
        {
            var page = JsonNode.Parse(
                await host.Http.GetStringAsync(
                    new Uri(
                        FirstRows + (continuation is null ? "" : $"&continuation={Uri.EscapeDataString(continuation)}"),
                        UriKind.Relative
                    ),
                    cancellationToken
                )
            )!;
            seen += page["jobs"]!.AsArray().Count;
            continuation = (string?)page["continuation"];
            heap = Math.Max(heap, GC.GetTotalMemory(forceFullCollection: false));
        } while (continuation is not null);

        return seen == runs
            ? (Stopwatch.GetElapsedTime(start).TotalMilliseconds, heap / 1e6)
            : throw new InvalidOperationException($"The pages showed {seen} of {runs} runs.");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}

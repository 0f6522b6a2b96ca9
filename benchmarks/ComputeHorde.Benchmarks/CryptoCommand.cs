using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ComputeHorde.CryptoInterop;

namespace ComputeHorde.Benchmarks;

/// <summary>
/// sr25519 here beside two npm libraries. All run in turns within one run, so that a busy machine disturbs them alike; the least of all
/// rounds is the best estimate, the median says how busy it was.
/// </summary>
internal static class CryptoCommand
{
    internal static Command Create()
    {
        var rounds = new Option<int>("--rounds")
        {
            Description = "Rounds of about 2 ms for each operation.",
            DefaultValueFactory = _ => 150,
        };
        var command = new Command(
            "crypto",
            "sr25519 beside @polkadot/wasm-crypto and @scure/sr25519: a table, then one JSON line for each figure"
        )
        {
            rounds,
        };
        command.SetAction(parsed => Run(parsed.GetValue(rounds)));
        return command;
    }

    private static void Run(int rounds)
    {
        using var node = InteropProcess.Start();
        using var ours = new CryptoOperations();
        CryptoMeasurement[] measurements = [.. ours.All(), .. CryptoOperations.Peers(node)];
        for (var round = 0; round < rounds; round++)
        {
            foreach (var measurement in measurements)
            {
                measurement.RunRound();
            }
        }

        Console.WriteLine($"{"library",-24}{"operation",-22}{"least µs",12}{"median µs",12}{"B allocated",14}");
        foreach (var m in measurements)
        {
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{m.Library,-24}{m.Operation,-22}{m.Least / 1000,12:F1}{m.Median / 1000,12:F1}{m.AllocatedBytes?.ToString("F0", CultureInfo.InvariantCulture) ?? "",14}"
                )
            );
        }

        foreach (var m in measurements)
        {
            Console.WriteLine(
                JsonSerializer.Serialize(
                    new
                    {
                        library = m.Library,
                        operation = m.Operation,
                        least_ns = Math.Round(m.Least),
                        median_ns = Math.Round(m.Median),
                        allocated_bytes = m.AllocatedBytes,
                        rounds,
                    }
                )
            );
        }
    }
}

using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using ComputeHorde.Cryptography;

namespace ComputeHorde.Benchmarks;

/// <summary>
/// Looks for secrets that show in the time (Reparaz, Balasch and Verbauwhede, "Dude, is my code constant time?", DATE 2017): the same
/// operation with a key full of zeros and with a random one, in random order, compared by Welch's t-test. Beyond ±4.5 they differ.
/// </summary>
internal static class CryptoTimingCommand
{
    private const double Threshold = 4.5;

    internal static Command Create()
    {
        var samples = new Option<int>("--samples") { Description = "Measurements of each operation.", DefaultValueFactory = _ => 60_000 };
        var command = new Command("crypto-timing", "whether the time of signing and of making keys depends on the secret") { samples };
        command.SetAction(parsed => Run(parsed.GetValue(samples)));
        return command;
    }

    private static int Run(int samples)
    {
        // Scalar 1 has one digit that is not zero; the other key has nearly none that is.
        byte[] sparse = [1, .. new byte[63]],
            dense = RandomNumberGenerator.GetBytes(64);
        dense[31] &= 0x0f;
        byte[] message = new byte[64],
            signature = new byte[64];

        var worst = Math.Max(
            Compare("sign", samples, sparse, dense, pair => pair.Sign(message, signature)),
            Compare("derive", samples, sparse, dense, pair => pair.DeriveSoft(message.AsSpan(32)).Dispose())
        );
        return worst < Threshold ? 0 : 1;
    }

    private static double Compare(string operation, int samples, byte[] first, byte[] second, Action<Sr25519KeyPair> run)
    {
        byte[][] classes = [first, second];
        var order = RandomNumberGenerator.GetBytes(samples);
        List<double>[] times =
        [
            [],
            [],
        ];
        for (var i = -samples / 4; i < samples; i++)
        {
            // A pair for each measurement, at the same place of memory for both: a place of its own has a time of its own.
            var which = order[Math.Abs(i) % samples] & 1;
            using var pair = Sr25519KeyPair.FromSecretKey(classes[which]);
            var start = Stopwatch.GetTimestamp();
            run(pair);
            var elapsed = Stopwatch.GetElapsedTime(start).TotalNanoseconds;
            if (i >= 0)
            {
                times[which].Add(elapsed);
            }
        }

        // The slow end belongs to interrupts and to other programs.
        var limit = times.SelectMany(t => t).Order().ElementAt(samples * 3 / 4);
        var (mean1, error1) = Describe(times[0], limit);
        var (mean2, error2) = Describe(times[1], limit);
        var t = Math.Abs(mean1 - mean2) / Math.Sqrt(error1 + error2);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{operation,-12} zeros {mean1:F0} ns, random {mean2:F0} ns, t = {t:F2}: {(t < Threshold ? "no difference found" : "they differ")}"
            )
        );
        Console.WriteLine(
            JsonSerializer.Serialize(
                new
                {
                    operation,
                    zeros_ns = Math.Round(mean1),
                    random_ns = Math.Round(mean2),
                    t = Math.Round(t, 2),
                    samples,
                }
            )
        );
        return t;
    }

    private static (double Mean, double SquaredError) Describe(List<double> times, double limit)
    {
        var kept = times.Where(t => t <= limit).ToList();
        var mean = kept.Average();
        return (mean, kept.Sum(t => (t - mean) * (t - mean)) / (kept.Count - 1) / kept.Count);
    }
}

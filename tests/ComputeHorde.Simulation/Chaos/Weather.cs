namespace ComputeHorde.Simulation.Chaos;

/// <summary>How bad a life is.</summary>
internal sealed record Weather
{
    /// <summary>From then on nothing fails any more, so that everything can end.</summary>
    public TimeSpan ClearsAt { get; init; }

    /// <summary>The share of calls of storage, facilitator, task hub that is hit, 0 to 1.</summary>
    public double Storage { get; init; }

    public double Facilitator { get; init; }

    public double TaskHub { get; init; }

    /// <summary>The share of notices that the servers of callers do not take in good order.</summary>
    public double Receivers { get; init; }

    /// <summary>The share of deliveries that come again.</summary>
    public double Repeats { get; init; }

    /// <summary>The share of calls at any seam at which the process dies.</summary>
    public double Deaths { get; init; }

    public int MostDeaths { get; init; }

    /// <summary>Times in which somebody is away altogether.</summary>
    public IReadOnlyList<(Seam Seam, TimeSpan From, TimeSpan To)> Outages { get; init; } = [];

    public static Weather Of(Random random)
    {
        var clears = TimeSpan.FromMinutes(2 + (random.NextDouble() * random.NextDouble() * 90));
        var outages = new List<(Seam, TimeSpan, TimeSpan)>();
        foreach (var seam in new[] { Seam.Storage, Seam.Facilitator })
        {
            if (random.Next(5) == 0)
            {
                var from = clears * random.NextDouble() * 0.7;
                outages.Add((seam, from, from + ((clears - from) * random.NextDouble())));
            }
        }

        return new Weather
        {
            ClearsAt = clears,
            Storage = Pick(random, 0, 0.004, 0.02, 0.06),
            Facilitator = Pick(random, 0, 0.02, 0.08, 0.25),
            TaskHub = Pick(random, 0, 0.005, 0.02, 0.06),
            Repeats = Pick(random, 0, 0.01, 0.05, 0.15),
            Deaths = Pick(random, 0, 0.002, 0.006, 0.02),
            MostDeaths = random.Next(1, 9),
            Outages = outages,
        };
    }

    public bool IsOut(Seam seam, TimeSpan at) => Outages.Any(outage => outage.Seam == seam && at >= outage.From && at < outage.To);

    private static double Pick(Random random, params double[] shares) => shares[random.Next(shares.Length)];
}

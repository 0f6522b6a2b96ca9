namespace ComputeHorde.Emulator;

/// <summary>What a miner is like.</summary>
public enum MinerKind
{
    /// <summary>Does the work.</summary>
    Honest,

    /// <summary>Reports plausible but wrong results.</summary>
    Cheating,

    /// <summary>Fails three jobs in ten with a horde failure, by seed.</summary>
    Flaky,

    /// <summary>Takes five times as long.</summary>
    Slow,

    /// <summary>Declines every job as busy.</summary>
    Busy,
}

/// <summary>One miner of the population.</summary>
/// <param name="Name">A short unique name, shown on the page and in <c>/emulator/jobs</c>.</param>
/// <param name="Kind">What it is like.</param>
/// <param name="Seed">Seed of its numeric noise and of its failures.</param>
/// <param name="Slots">How many jobs it runs at once; null for any number.</param>
/// <param name="AllowanceSeconds">Seconds of limits (download + execution + upload) it has left to promise at once; null for any amount
/// (protocol 9.3).</param>
public sealed record EmulatedMiner(string Name, MinerKind Kind, int Seed, int? Slots = null, int? AllowanceSeconds = null)
{
    /// <summary>A population with so many miners of each kind, named after it, seeded 1, 2, 3...</summary>
    /// <param name="honest">Number of honest miners.</param>
    /// <param name="cheating">Number of cheating miners.</param>
    /// <param name="flaky">Number of flaky miners.</param>
    /// <param name="slow">Number of slow miners.</param>
    /// <param name="busy">Number of busy miners.</param>
    /// <returns>A list that may be changed.</returns>
    public static IList<EmulatedMiner> Population(int honest = 0, int cheating = 0, int flaky = 0, int slow = 0, int busy = 0)
    {
        var miners = new List<EmulatedMiner>();
        Add(MinerKind.Honest, honest);
        Add(MinerKind.Cheating, cheating);
        Add(MinerKind.Flaky, flaky);
        Add(MinerKind.Slow, slow);
        Add(MinerKind.Busy, busy);
        return miners;

        void Add(MinerKind kind, int count)
        {
            for (int i = 1; i <= count; i++)
            {
                miners.Add(new EmulatedMiner($"{kind.ToString().ToLowerInvariant()}-{i}", kind, miners.Count + 1));
            }
        }
    }
}

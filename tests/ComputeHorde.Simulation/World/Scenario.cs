using ComputeHorde.Simulation.Chaos;
using ComputeHorde.Simulation.Workloads;

namespace ComputeHorde.Simulation.World;

/// <summary>All that a seed decides beforehand.</summary>
internal sealed record Scenario
{
    public required int Seed { get; init; }

    /// <summary>
    /// Whether there are two hosts and a task hub of its own, as on Azure; else the engine lives and dies with the one host.
    /// </summary>
    public bool IsAzure { get; init; }

    public required Weather Weather { get; init; }

    public double PollSeconds { get; init; } = 5;

    /// <summary>0 replays every turn from the history.</summary>
    public int WarmInstances { get; init; } = 10_000;

    /// <summary>How much the storage forgets when the machine dies, as Azurite did.</summary>
    public TimeSpan Forgets { get; init; }

    /// <summary>
    /// How many runs of <see cref="JobPlan.LimitedNamespace"/> may be in flight at once by the settings; null for any number.
    /// </summary>
    public int? MaxInFlight { get; init; }

    public required IReadOnlyList<Plan> Plans { get; init; }

    /// <summary>The calls that faults hit; null for those that the seed chooses.</summary>
    public IReadOnlySet<string>? OnlyFaults { get; init; }

    public static Scenario Of(int seed)
    {
        var random = new Random(seed);
        var weather = Weather.Of(random);
        var more = new Random(~seed);
        int? maxInFlight = more.Next(3) == 0 ? more.Next(1, 3) : null;
        var isAzure = random.Next(2) == 0;
        return new Scenario
        {
            Seed = seed,
            Weather = weather with { Receivers = new[] { 0, 0.1, 0.3, 0.7 }[more.Next(4)] },
            IsAzure = isAzure,
            PollSeconds = new[] { 5, 5, 15, 30 }[random.Next(4)],
            WarmInstances = random.Next(3) == 0 ? 0 : 10_000,
            Forgets = !isAzure && random.Next(10) == 0 ? TimeSpan.FromSeconds(5 * random.NextDouble()) : TimeSpan.Zero,
            MaxInFlight = maxInFlight,
            Plans = PlanMaker.Make(random, more, new Random(seed ^ (seed << 16)), maxInFlight is not null),
        };
    }
}

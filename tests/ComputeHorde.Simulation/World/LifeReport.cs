using ComputeHorde.Simulation.Chaos;

namespace ComputeHorde.Simulation.World;

/// <summary>A rule that a life broke.</summary>
internal sealed record BrokenRule(TimeSpan At, string Rule, string What)
{
    public override string ToString() => $"{At:hh\\:mm\\:ss} {Rule}: {What}";
}

/// <summary>What became of a scenario.</summary>
internal sealed record LifeReport(
    Scenario Scenario,
    IReadOnlyList<BrokenRule> Broken,
    IReadOnlyList<InjectedFault> Faults,
    TimeSpan Lived,
    int Calls,
    ulong Trace
)
{
    /// <summary>How many notices came to the servers of callers.</summary>
    public int Notices { get; init; }

    public IReadOnlyList<string> Log { get; init; } = [];

    /// <summary>The histories of all orchestrations, by name.</summary>
    public IReadOnlyDictionary<string, string> Histories { get; init; } = new Dictionary<string, string>();

    public int Deaths => Faults.Count(static fault => fault.IsDeath);

    public string Describe() =>
        string.Join(
            '\n',
            [
                $"seed {Scenario.Seed}: {(Scenario.IsAzure ? "two hosts and a task hub" : "one process")}, {Calls} calls, {Faults.Count} faults, {Deaths} deaths, {Notices} notices, {Lived} lived, trace {Trace:x}",
                .. Scenario.Plans.Select(static plan => $"  {plan}"),
                .. Faults.Select(static fault => $"  {fault}"),
                .. Broken.Select(static broken => $"  BROKEN {broken}"),
            ]
        );
}

using ComputeHorde.Simulation.World;

namespace ComputeHorde.Simulation.Soaks;

/// <summary>Finds the smallest part of a life that still breaks the same rule: fewer callers, then fewer faults.</summary>
internal sealed class Reducer(Application application)
{
    /// <summary>How many lives a reduction may take.</summary>
    private const int MostLives = 300;

    private int _lives;

    /// <returns>The smallest life found; null when the whole one breaks no rule.</returns>
    public async Task<LifeReport?> ReduceAsync(Scenario scenario)
    {
        var found = await LiveAsync(scenario);
        if (found.Broken.Count == 0)
        {
            return null;
        }

        var rule = found.Broken[0].Rule;
        found = await WithFewerPlansAsync(found, rule);
        return await WithFewerFaultsAsync(found, rule);
    }

    private async Task<LifeReport> WithFewerPlansAsync(LifeReport found, string rule)
    {
        foreach (var plan in found.Scenario.Plans)
        {
            var without = found.Scenario with { Plans = [.. found.Scenario.Plans.Where(other => other != plan)] };
            if (without.Plans.Count > 0 && await BreaksAsync(without, rule) is { } smaller)
            {
                found = smaller;
            }
        }

        return found;
    }

    /// <summary>Leaves out halves, quarters and so on, as long as the rule breaks without them.</summary>
    private async Task<LifeReport> WithFewerFaultsAsync(LifeReport found, string rule)
    {
        var faults = found.Faults.Select(static fault => fault.Call).ToList();
        for (var size = faults.Count; size >= 1; size = size == 1 ? 0 : (size + 1) / 2)
        {
            for (var start = 0; start < faults.Count && _lives < MostLives;)
            {
                List<string> rest = [.. faults.Take(start), .. faults.Skip(start + size)];
                if (await BreaksAsync(found.Scenario with { OnlyFaults = rest.ToHashSet() }, rule) is { } smaller)
                {
                    (found, faults) = (smaller, rest);
                }
                else
                {
                    start += size;
                }
            }
        }

        return found;
    }

    private async Task<LifeReport?> BreaksAsync(Scenario scenario, string rule) =>
        await LiveAsync(scenario) is { } report && report.Broken.Any(broken => broken.Rule == rule) ? report : null;

    private Task<LifeReport> LiveAsync(Scenario scenario)
    {
        _lives++;
        return Life.RunAsync(scenario, application);
    }
}

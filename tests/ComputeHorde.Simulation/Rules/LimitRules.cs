using ComputeHorde.Emulator;
using ComputeHorde.Simulation.Workloads;

namespace ComputeHorde.Simulation.Rules;

/// <summary>A limited namespace has no more runs with jobs in flight than it may, by the facilitator's own times.</summary>
internal static class LimitRules
{
    public static IEnumerable<string> NeverMore(Facts facts)
    {
        if (facts.Life.Scenario.MaxInFlight is not { } most)
        {
            yield break;
        }

        var flights = facts
            .Jobs.Where(static job => !job.OnTrustedMiner)
            .Select(job => (Run: job.Tag[..job.Tag.LastIndexOf('#')], Job: job))
            .Where(flight => facts.Plans.GetValueOrDefault(flight.Run)?.Namespace == JobPlan.LimitedNamespace)
            .Select(flight => (flight.Run, From: flight.Job.CreatedAt, To: EndOf(flight.Job, facts.LetGoAt(flight.Run))))
            .ToList();
        foreach (var at in flights.Where(static flight => flight.From < flight.To).Select(static flight => flight.From).Distinct())
        {
            var runs = flights.Where(flight => flight.From <= at && at < flight.To).Select(static flight => flight.Run).Distinct().ToList();
            if (runs.Count > most)
            {
                yield return $"at {at - facts.Life.Began} {string.Join(", ", runs)} were in flight, and {most} may be";
            }
        }
    }

    private static DateTimeOffset EndOf(EmulatedJob job, DateTimeOffset letGo) => job.History[^1].At < letGo ? job.History[^1].At : letGo;
}

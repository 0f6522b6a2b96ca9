namespace ComputeHorde.Simulation.Rules;

/// <summary>Each version of a specification runs once or is refused, and nothing else does.</summary>
internal static class SpecificationRules
{
    public static IEnumerable<string> RunOrRefused(Facts facts)
    {
        foreach (
            var (run, job) in facts.Life.Observer.Specifications.Where(one => one.Value.IsValid != facts.Instances.ContainsKey(one.Key))
        )
        {
            yield return $"{run} is {(job.IsValid ? "valid and has no run" : "not valid and has a run")}";
        }
    }

    /// <summary>A schedule loses no moment but by its own rule. That it starts none twice lies in the names of its runs.</summary>
    public static IEnumerable<string> EachMoment(Facts facts) =>
        facts
            .Life.Observer.Schedules.Values.SelectMany(schedule =>
                schedule.Due.Where(at => schedule.Plan.IsOwed(facts.Life, at)).Select(schedule.Plan.RunOf)
            )
            .Where(run => !facts.Instances.ContainsKey(run));

    /// <summary>What nobody asked for does not run.</summary>
    public static IEnumerable<string> AskedFor(Facts facts) =>
        facts.Runs.Select(static run => run.InstanceId.Split("~trusted")[0]).Where(run => !facts.Plans.ContainsKey(run));
}

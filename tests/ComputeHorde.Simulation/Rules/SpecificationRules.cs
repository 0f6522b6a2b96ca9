namespace ComputeHorde.Simulation.Rules;

/// <summary>Each version of a specification runs once or is refused, and nothing else does.</summary>
internal static class SpecificationRules
{
    public static IEnumerable<string> RunOrRefused(Facts facts)
    {
        foreach (var (run, job) in facts.Life.Observer.Specifications.Where(one => one.Value.IsValid != facts.Instances.ContainsKey(one.Key)))
        {
            yield return $"{run} is {(job.IsValid ? "valid and has no run" : "not valid and has a run")}";
        }
    }

    /// <summary>What nobody asked for does not run.</summary>
    public static IEnumerable<string> AskedFor(Facts facts) => facts.Runs
        .Select(static run => run.InstanceId.Split("~trusted")[0])
        .Where(run => !facts.Plans.ContainsKey(run));
}

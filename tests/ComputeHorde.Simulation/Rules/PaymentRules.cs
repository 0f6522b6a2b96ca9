using ComputeHorde.Emulator;

namespace ComputeHorde.Simulation.Rules;

/// <summary>What may be paid for.</summary>
internal static class PaymentRules
{
    /// <summary>How long what was under way at a cancel may take to be given up.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(3);

    public static IEnumerable<string> OneJobAnAttempt(Facts facts) =>
        facts
            .Life.Facilitator.Counters.PaidCreatesByTag.Where(tag => tag.Value > 1 && !IsForgotten(facts, tag.Key))
            .Select(static tag => $"{tag.Value} jobs of {tag.Key}");

    public static IEnumerable<string> WithinPolicy(Facts facts) =>
        facts
            .Jobs.Where(static job => !job.OnTrustedMiner && IsPaid(job))
            .GroupBy(static job => job.Tag.Split('#')[0])
            .Where(run => facts.Plans.TryGetValue(run.Key, out var plan) && run.Count() > plan.MaxAttempts)
            .Select(run => $"{run.Count()} of {run.Key}, which has {facts.Plans[run.Key].MaxAttempts}");

    public static IEnumerable<string> Claimed(Facts facts)
    {
        foreach (var tag in facts.Jobs.Select(static job => job.Tag))
        {
            var (run, attempt) = (tag[..tag.LastIndexOf('#')], tag[(tag.LastIndexOf('#') + 1)..]);
            var prefix = attempt.StartsWith("trusted", StringComparison.Ordinal) ? $"attempts/{run}~trusted" : $"attempts/{run}/";
            if (
                !facts.Blobs.Keys.Any(name =>
                    name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith("/" + attempt, StringComparison.Ordinal)
                )
            )
            {
                yield return tag;
            }
        }
    }

    public static IEnumerable<string> StopsBuying(Facts facts)
    {
        foreach (var (run, at) in facts.Life.Observer.CancelledAt)
        {
            var calm = at > facts.Life.Scenario.Weather.ClearsAt ? at : facts.Life.Scenario.Weather.ClearsAt;
            foreach (var job in facts.Jobs.Where(job => IsOf(run, job.Tag)))
            {
                var bought = job.CreatedAt - facts.Life.Began;
                if (bought > calm + Grace)
                {
                    yield return $"{job.Tag} was bought at {bought}, the run was cancelled at {at}";
                }
            }
        }
    }

    /// <summary>Whether a tag is of a run, or of a line of a batch.</summary>
    private static bool IsOf(string id, string tag) =>
        tag.StartsWith(id + "#", StringComparison.Ordinal) || tag.StartsWith(id + "~", StringComparison.Ordinal);

    /// <summary>A facilitator that has forgotten a job within seconds cannot be asked for it; the real one keeps them for days.</summary>
    private static bool IsForgotten(Facts facts, string tag) =>
        facts.Plans.TryGetValue(tag[..tag.LastIndexOf('#')], out var plan) && plan.Script.Contains("evict", StringComparison.Ordinal);

    /// <summary>A job that nobody took costs nothing.</summary>
    private static bool IsPaid(EmulatedJob job) => job.Status != "rejected";
}

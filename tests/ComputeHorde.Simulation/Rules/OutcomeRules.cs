using System.Text.Json.Nodes;
using ComputeHorde.Simulation.Workloads;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Simulation.Rules;

/// <summary>What a run says of its end is true, and it had to end so.</summary>
internal static class OutcomeRules
{
    /// <summary>What happened in the last moments may be unknown to a run that was cancelled or timed out in them.</summary>
    private static readonly TimeSpan News = TimeSpan.FromMinutes(3);

    /// <summary>For how long a facilitator that refuses, or that has no room, is waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    public static IEnumerable<string> NothingPaidIsDenied(Facts facts)
    {
        foreach (var (run, _, outcome) in Ended(facts))
        {
            var paid = JobsOf(facts, run).Count(job => job.Status != "rejected" && job.CreatedAt < run.LastUpdatedAt - News);
            if (paid > (int)Facts.Get(outcome, "PaidAttempts")!)
            {
                yield return $"{run.InstanceId} paid {paid} jobs and says {Facts.Get(outcome, "PaidAttempts")}";
            }
        }
    }

    public static IEnumerable<string> NoPaidResultIsLost(Facts facts)
    {
        foreach (var (run, _, _) in Ended(facts).Where(static run => StatusOf(run.Outcome) == "failed"))
        {
            // It may have taken long to settle after that.
            var decided = facts.LetGoAt(run.InstanceId);
            foreach (var job in JobsOf(facts, run).Where(job => job.Status == "completed" && job.History[^1].At < decided - News))
            {
                yield return $"{run.InstanceId} gave up at {decided - facts.Life.Began}, and {job.Tag} had completed at {job.History[^1].At - facts.Life.Began}";
            }
        }
    }

    public static IEnumerable<string> FailsByPolicyOnly(Facts facts)
    {
        foreach (var (run, plan, outcome) in Ended(facts).Where(static run => StatusOf(run.Outcome) == "failed"))
        {
            var failure = Facts.Get(outcome, "Failure");
            var isFinal =
                (string?)Facts.Get(failure, "Class") == "failed"
                || (string?)Facts.Get(failure, "Reason") == "invalid_signature"
                || (bool?)Facts.Get(failure, "CausedByRequest") == true;
            if (!isFinal && (int)Facts.Get(outcome, "PaidAttempts")! < plan.MaxAttempts && run.LastUpdatedAt - run.CreatedAt < Patience)
            {
                yield return $"{run.InstanceId} failed after {Facts.Get(outcome, "PaidAttempts")} of {plan.MaxAttempts} attempts: {failure?.ToJsonString()}";
            }
        }
    }

    private static string? StatusOf(JsonObject outcome) => (string?)Facts.Get(outcome, "Status");

    private static IEnumerable<Emulator.EmulatedJob> JobsOf(Facts facts, OrchestrationMetadata run) =>
        facts.Jobs.Where(job => !job.OnTrustedMiner && job.Tag.StartsWith(run.InstanceId + "#", StringComparison.Ordinal));

    private static IEnumerable<(OrchestrationMetadata Run, JobPlan Plan, JsonObject Outcome)> Ended(Facts facts) =>
        from run in facts.Runs
        where facts.Plans.ContainsKey(run.InstanceId)
        let outcome = Facts.OutcomeOf(run)
        where outcome is not null
        select (run, facts.Plans[run.InstanceId], outcome);
}

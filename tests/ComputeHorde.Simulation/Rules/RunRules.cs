using Microsoft.DurableTask.Client;

namespace ComputeHorde.Simulation.Rules;

/// <summary>Every start that was accepted ends exactly once, and nothing goes on for ever.</summary>
internal static class RunRules
{
    /// <summary>
    /// The longest pause after a failure, and some time for all the rest. Deadlines of jobs with an hour of their own come much later.
    /// </summary>
    private static readonly TimeSpan Notice = TimeSpan.FromMinutes(15);

    /// <summary>A run ends soon after its job has: it is told, and does not find out at a deadline.</summary>
    public static IEnumerable<string> HearsInTime(Facts facts)
    {
        var clear = facts.Life.Began + facts.Life.Scenario.Weather.ClearsAt;
        foreach (var run in facts.Runs)
        {
            var uuid = (string?)Facts.Get(Facts.OutcomeOf(run), "JobUuid");
            if (facts.Jobs.FirstOrDefault(job => job.Uuid.ToString() == uuid) is { } job)
            {
                var could = job.History[^1].At > clear ? job.History[^1].At : clear;
                if (run.LastUpdatedAt - could > Notice)
                {
                    yield return $"{run.InstanceId} ended at {run.LastUpdatedAt - facts.Life.Began}, its job at {job.History[^1].At - facts.Life.Began}";
                }
            }
        }
    }

    public static IEnumerable<string> EndsOnce(Facts facts)
    {
        foreach (var id in facts.Life.Observer.Accepted.Where(id => !facts.Instances.ContainsKey(id)))
        {
            yield return $"{id} was accepted, and there is no trace of it";
        }

        foreach (
            var instance in facts.Instances.Values.Where(static instance => instance.RuntimeStatus != OrchestrationRuntimeStatus.Completed)
        )
        {
            yield return $"{instance.Name} {instance.InstanceId} is {instance.RuntimeStatus}: {instance.FailureDetails?.ErrorMessage} {instance.SerializedCustomStatus}";
        }
    }
}

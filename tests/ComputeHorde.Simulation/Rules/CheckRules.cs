using Microsoft.DurableTask.Client;

namespace ComputeHorde.Simulation.Rules;

/// <summary>Who is accused, and who is not.</summary>
internal static class CheckRules
{
    public static IEnumerable<string> OnlyCheats(Facts facts)
    {
        foreach (var report in facts.Reports)
        {
            if (!report.ActuallyCheated)
            {
                yield return $"{report.JobUuid} is honest";
            }

            if (!facts.Blobs.ContainsKey($"ledger/{report.JobUuid}/evidence.json"))
            {
                yield return $"{report.JobUuid} was reported without evidence";
            }
        }
    }

    public static IEnumerable<string> ReportedOnce(Facts facts)
    {
        foreach (var (check, outcome) in Checks(facts).Where(static check => (string?)Facts.Get(check.Outcome, "Verdict") == "mismatch"))
        {
            var input = System.Text.Json.Nodes.JsonNode.Parse(check.SerializedInput!);
            var job = (string?)Facts.Get(input, "JobUuid");
            if (outcome is not null && Facts.Get(input, "Failure") is null && Facts.Get(outcome, "Report") is null)
            {
                yield return $"{check.InstanceId} found {job} to be false and did not report it";
            }

            var reports = facts.Reports.Count(report => report.JobUuid.ToString() == job);
            var status = (string?)Facts.Get(outcome, "Report");
            if (status is null or "recorded" or "already_recorded" ? reports != (status is null ? 0 : 1) : status != "job_unknown")
            {
                yield return $"{check.InstanceId} says '{status}', and there are {reports} reports of {job}";
            }
        }
    }

    /// <summary>A cheat whose check came to its end was not taken for honest.</summary>
    public static IEnumerable<string> Found(Facts facts)
    {
        foreach (var (check, outcome) in Checks(facts))
        {
            var input = System.Text.Json.Nodes.JsonNode.Parse(check.SerializedInput!);
            var job = (string?)Facts.Get(input, "JobUuid");
            if (Facts.Get(input, "Failure") is not null)
            {
                // A job that failed where the trusted copy did not may have been pretended to.
                continue;
            }

            var cheated = facts.Jobs.Any(known =>
                known.Uuid.ToString() == job && known.Behaviour.Contains("cheat", StringComparison.Ordinal)
            );
            var verdict = (string?)Facts.Get(outcome, "Verdict");
            if (cheated ? verdict == "match" : verdict == "mismatch")
            {
                yield return $"{check.InstanceId} says '{verdict}' of a job that {(cheated ? "cheated" : "did not cheat")}";
            }
        }
    }

    private static IEnumerable<(OrchestrationMetadata Check, System.Text.Json.Nodes.JsonObject? Outcome)> Checks(Facts facts) =>
        facts
            .Instances.Values.Where(static instance => instance.Name == "CheckResult")
            .Select(static check => (check, Facts.OutcomeOf(check)));
}

using System.Text.Json.Nodes;
using ComputeHorde.Simulation.Workloads;

namespace ComputeHorde.Simulation.Rules;

/// <summary>Every line of a batch is accounted for, once.</summary>
internal static class BatchRules
{
    public static IEnumerable<string> Complete(Facts facts)
    {
        foreach (var (id, plan) in facts.Life.Observer.Batches)
        {
            if (!facts.Instances.TryGetValue(id, out var batch))
            {
                yield return $"{id} came by {plan.Door}, and there is no trace of it";
                continue;
            }

            foreach (var fault in FaultsOf(facts, id, plan, Facts.OutcomeOf(batch)))
            {
                yield return $"{id}: {fault}";
            }
        }
    }

    private static IEnumerable<string> FaultsOf(Facts facts, string id, BatchPlan plan, JsonObject? summary)
    {
        var status = (string?)Facts.Get(summary, "Status");
        if ((int?)Facts.Get(summary, "Lines") != plan.Jobs.Count)
        {
            yield return $"{Facts.Get(summary, "Lines")} lines instead of {plan.Jobs.Count}";
        }

        var counted = (Facts.Get(summary, "LinesByStatus") as JsonObject ?? []).Sum(static pair => (int)pair.Value!);
        if (counted != plan.Jobs.Count)
        {
            yield return $"its lines by status are {counted}";
        }

        if (!facts.Blobs.TryGetValue($"results/{id}/results.jsonl", out var results))
        {
            yield return "it has no results";
            yield break;
        }

        var lines = results
            .Content.ToString()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => JsonNode.Parse(line)!)
            .ToList();
        if (!lines.Select(static line => (int)line["line"]!).SequenceEqual(Enumerable.Range(1, plan.Jobs.Count)))
        {
            yield return $"its results are of lines {string.Join(' ', lines.Select(static line => line["line"]))}";
        }

        foreach (var line in lines)
        {
            var job = plan.Jobs[(int)line["line"]! - 1];
            var ended = (string?)line["status"];
            if (job.IsValid == (ended == "invalid") && status != "unreadable")
            {
                yield return $"line {line["line"]} is {ended}";
            }

            if (status == "completed" && ended is "not_started" or "broken")
            {
                yield return $"line {line["line"]} is {ended} though the batch is {status}";
            }

            if (
                (string?)line["run"] is { } run
                && ended is not ("not_started" or "invalid")
                && (!facts.Instances.TryGetValue(run, out var instance) || (string?)Facts.Get(Facts.OutcomeOf(instance), "Status") != ended)
            )
            {
                yield return $"line {line["line"]} is {ended}, and its run {run} is not";
            }
        }
    }
}

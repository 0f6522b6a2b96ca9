using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace ComputeHorde.Simulation.Rules;

/// <summary>A completed run has all that its job returned, as the job returned it.</summary>
internal static class ResultRules
{
    public static IEnumerable<string> Intact(Facts facts)
    {
        foreach (var run in facts.Runs)
        {
            var outcome = Facts.OutcomeOf(run);
            if ((string?)Facts.Get(outcome, "Status") == "completed")
            {
                foreach (var fault in FaultsOf(facts, run.InstanceId, outcome!))
                {
                    yield return $"{run.InstanceId}: {fault}";
                }
            }
        }
    }

    private static IEnumerable<string> FaultsOf(Facts facts, string run, JsonObject outcome)
    {
        var uuid = (string?)Facts.Get(outcome, "JobUuid");
        var job = facts.Jobs.FirstOrDefault(job => job.Uuid.ToString() == uuid);
        var plan = facts.Plans.GetValueOrDefault(run.Split("~trusted")[0]);
        var result = Facts.Get(outcome, "Result");
        if (!facts.Blobs.TryGetValue($"results/{(string?)Facts.Get(result, "Blob")}", out var stored))
        {
            yield return "its manifest is gone";
            yield break;
        }

        if (Hash(stored.Content) != (string?)Facts.Get(result, "Sha256"))
        {
            yield return "its manifest was changed";
        }

        var manifest = JsonNode.Parse(stored.Content)!;
        var contents = (Facts.Get(manifest, "artifacts") as JsonObject ?? [])
            .Select(static pair => ("results", pair.Value))
            .Concat((Facts.Get(manifest, "outputs") as JsonObject ?? []).Select(static pair => ("outputs", pair.Value)))
            .Append(("results", Facts.Get(manifest, "stdout")));
        foreach (var (container, reference) in contents)
        {
            var name = (string?)Facts.Get(reference, "blob");
            if (
                !facts.Blobs.TryGetValue($"{container}/{name}", out var content)
                || Hash(content.Content) != (string?)Facts.Get(reference, "sha256")
            )
            {
                yield return $"{container}/{name} is not what the manifest says";
            }
        }

        if (plan is null)
        {
            yield break;
        }

        var owed = plan.Outputs;
        if ((Facts.Get(manifest, "outputs") as JsonObject ?? []).Count != owed)
        {
            yield return $"it has not its {owed} outputs";
        }

        var isFalse = job?.Behaviour.Contains("cheat", StringComparison.Ordinal) == true;
        var stdout = facts
            .Blobs.GetValueOrDefault($"results/{(string?)Facts.Get(Facts.Get(manifest, "stdout"), "blob")}")
            ?.Content.ToString();
        if (stdout == plan.Word + "\n" == isFalse)
        {
            yield return $"stdout is '{stdout}'";
        }
    }

    private static string Hash(BinaryData content) => Convert.ToHexStringLower(SHA256.HashData(content.ToMemory().Span));
}

using System.Net;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.Tests.Batches;
using ComputeHorde.Durable.Tests.Support;
using ComputeHorde.DurableTask.RealEngine;

namespace ComputeHorde.Durable.Tests.Runs;

/// <summary>
/// The same orchestrations on the engine that Azure runs: the Azure Storage back end over Azurite, in place of the provider of this
/// repository.
/// </summary>
public sealed class RealEngineTests
{
    private static readonly string[] Outcomes =
    [
        "retry: completed after 2 attempt(s), 2 jobs paid, 1 output kept",
        "refused: failed by failed/nonzero_return_code after 1 attempt(s), 1 jobs paid",
        "cheat: completed, check mismatch, confirmed, 2 trusted jobs, 1 reports",
        "batch: completed completed:18 failed:1 invalid:1, 19 jobs paid",
    ];

    [Fact]
    public async Task Orchestrations_OnTheProvider_ComeOutAsExpected()
    {
        await using var horde = await HordeFixture.StartAsync();

        Assert.Equal(Outcomes, await OutcomesAsync(horde));
    }

    [Fact]
    public async Task Orchestrations_OnTheRealEngine_ComeOutAsOnTheProvider()
    {
        await using var azurite = await Azurite.StartAsync();
        await using var horde = await HordeFixture.StartAsync(
            new HordeFixtureOptions { Services = services => services.AddRealEngine(azurite.ConnectionString) }
        );

        Assert.Equal(Outcomes, await OutcomesAsync(horde));
        Assert.Equal(0, horde.Functions.TaskHub.CommittedTransactions);
    }

    /// <summary>Everything at once: the real engine takes long for each, but not for many.</summary>
    private static Task<string[]> OutcomesAsync(HordeFixture horde) =>
        Task.WhenAll(
            RunAsync(horde, "retry", "failed:miner_connection_failed,ok"),
            RunAsync(horde, "refused", "failed:nonzero_return_code:3"),
            CheckAsync(horde, "cheat"),
            BatchAsync(horde, "batch")
        );

    private static async Task<string> RunAsync(HordeFixture horde, string id, string script)
    {
        var outcome = (await EndAsync(horde, id, script))["outcome"]!;
        var failure = outcome["failure"] is { } why ? $"failed by {why["class"]}/{why["reason"]}" : "completed";
        var kept = outcome["failure"] is null && (int)outcome["result"]!["outputs"]! == 1 ? ", 1 output kept" : "";
        return $"{id}: {failure} after {outcome["attempts"]!.AsArray().Count} attempt(s), {Paid(horde, id + "#")} jobs paid{kept}";
    }

    private static async Task<string> CheckAsync(HordeFixture horde, string id)
    {
        var run = await EndAsync(horde, id, "cheat", new JsonObject { ["sampling"] = "always", ["comparer"] = "sha256" });
        var check = await horde.VerdictOfAsync(id);
        return $"{id}: {run["status"]}, check {check["verdict"]}{((bool)check["is_confirmed"]! ? ", confirmed" : "")}, {Paid(horde, id + "#trusted")} trusted jobs, {horde.Emulator.CheatReports.Count} reports";
    }

    private static async Task<string> BatchAsync(HordeFixture horde, string id)
    {
        horde.Emulator.SetBehaviourForTag($"{id}~7#", "failed:nonzero_return_code:3");
        var lines = Enumerable.Range(1, 20).Select(line => line == 13 ? JsonValue.Create("no job") : (JsonNode)Jobs.Sha256($"line {line}"));
        using var answer = await horde.PostAsync(
            "batches",
            new JsonObject { ["jobs"] = new JsonArray([.. lines]), ["max_parallel"] = 10 },
            id
        );
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var batch = await horde.EndOfAsync($"batches/{id}");
        return $"{id}: {batch["status"]} {BatchTests.Counted(batch)}, {Paid(horde, id + "~")} jobs paid";
    }

    private static async Task<JsonObject> EndAsync(HordeFixture horde, string id, string script, JsonObject? crossValidation = null)
    {
        horde.Emulator.SetBehaviourForTag(id + "#", script);
        var job = Jobs.Sha256(id, "/output/report.txt");
        job["policy"] = new JsonObject { ["backoff_seconds"] = 0.05 };
        job["cross_validation"] = crossValidation;
        using var answer = await horde.PostAsync("jobs", job, id);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return await horde.EndOfAsync($"jobs/{id}");
    }

    /// <summary>How many jobs were paid for under tags that begin so; each tag at most once.</summary>
    private static int Paid(HordeFixture horde, string prefix)
    {
        var paid = horde.Emulator.Counters.PaidCreatesByTag.Where(tag => tag.Key.StartsWith(prefix, StringComparison.Ordinal)).ToArray();
        Assert.All(paid, static tag => Assert.Equal(1, tag.Value));
        return paid.Length;
    }
}

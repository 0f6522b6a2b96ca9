using System.Net;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.Batches;
using ComputeHorde.Durable.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeHorde.Durable.Tests.Batches;

/// <summary>Verdicts come after a batch has ended, and are joined to its summary and lines.</summary>
public sealed class BatchVerdictTests
{
    [Fact]
    public async Task Batch_LinesAreChecked_JoinsTheirVerdictsWhenTheyCome()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        horde.Emulator.SetBehaviourForTag("checked~2#", "cheat");
        await horde.PostAsync("batches", new JsonArray(Checked("one"), Checked("two"), Jobs.Sha256("three")), "checked");
        var ended = await horde.EndOfAsync("batches/checked");
        Assert.Equal("completed", (string?)ended["status"]);
        await Eventually.TrueAsync(
            async () => (await horde.GetAsync("batches/checked"))["summary"]!["verdicts"]!.ToJsonString() == """{"match":1,"mismatch":1}""",
            "both verdicts were joined"
        );
        await Eventually.TrueAsync(
            async () => string.Join(' ', await VerdictsAsync(horde, "checked")) == "1:match 2:mismatch 3:",
            "the lines have their verdicts"
        );

        using var rerun = await horde.PostAsync("batches/checked/rerun", null, "again");
        Assert.Equal(HttpStatusCode.Accepted, rerun.StatusCode);
        Assert.Equal(0, (int)(await horde.EndOfAsync("batches/again"))["summary"]!["lines"]!);
    }

    /// <summary>Found by the simulator: the batch said "pending" for ever.</summary>
    [Fact]
    public async Task SummariseBatch_DeliveredAgainWhenTheVerdictsWereJoined_LeavesThem()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        await horde.PostAsync("batches", new JsonArray(Checked("one")), "late");
        await horde.EndOfAsync("batches/late");
        await Eventually.TrueAsync(() => IsJoinedAsync(horde), "the verdict was joined");
        var collected = await horde.Functions.Client.GetInstanceAsync(
            "late~verdicts",
            getInputsAndOutputs: true,
            TestContext.Current.CancellationToken
        );
        var input = collected!.ReadInputAs<SummariseBatchInput>()!;

        await ActivatorUtilities
            .CreateInstance<SummariseBatch>(horde.Functions.Services)
            .RunAsync(input, TestContext.Current.CancellationToken);
        Assert.True(await IsJoinedAsync(horde));

        var joined = await ActivatorUtilities
            .CreateInstance<JoinVerdicts>(horde.Functions.Services)
            .RunAsync(new JoinVerdictsInput(input, IsLast: false), TestContext.Current.CancellationToken);
        Assert.Equal(0, joined!.Count);
        Assert.True(await IsJoinedAsync(horde));

        static async Task<bool> IsJoinedAsync(HordeFixture horde) =>
            (await horde.GetAsync("batches/late"))["summary"]!["verdicts"]!.ToJsonString() == """{"match":1}""";
    }

    [Fact]
    public async Task Cancel_AfterTheBatchHasEnded_StopsItsChecks()
    {
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = true });
        horde.Emulator.SetBehaviourForTag("stopped~", "ok/stuck:accepted");
        await horde.PostAsync("batches", new JsonArray(Checked("one"), Checked("two")), "stopped");
        var ended = await horde.EndOfAsync("batches/stopped");
        Assert.Equal("completed", (string?)ended["status"]);
        await Eventually.TrueAsync(() => horde.Emulator.Counters.TrustedCreates == 2, "the copies were bought");
        Assert.Equal(2, (int)(await horde.GetAsync("batches/stopped"))["summary"]!["verdicts"]!["pending"]!);
        using var cancelled = await horde.PostAsync("batches/stopped/cancel");
        Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
        await Eventually.TrueAsync(
            async () => (await horde.GetAsync("batches/stopped"))["summary"]!["verdicts"]!.ToJsonString() == """{"inconclusive":2}""",
            "both checks were stopped"
        );
        Assert.Equal(2, horde.Emulator.Counters.TrustedCreates);
    }

    private static JsonObject Checked(string word)
    {
        var job = Jobs.Sha256(word, "/output/x.txt");
        job["cross_validation"] = new JsonObject { ["sampling"] = "always" };
        return job;
    }

    private static async Task<IEnumerable<string>> VerdictsAsync(HordeFixture horde, string batch) =>
        (await horde.Http.GetStringAsync(new Uri($"batches/{batch}/results", UriKind.Relative), TestContext.Current.CancellationToken))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => JsonNode.Parse(line)!)
            .Select(static line => $"{line["line"]}:{line["verdict"]}");
}

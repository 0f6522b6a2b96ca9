using ComputeHorde.Simulation.Mutations;
using ComputeHorde.Simulation.Soaks;
using ComputeHorde.Simulation.World;

namespace ComputeHorde.Simulation.Tests;

/// <summary>Faults put into the application's own code are found by the seeds of the short run.</summary>
public sealed class MutationTests(MutantsFixture mutants, ITestOutputHelper output) : IClassFixture<MutantsFixture>
{
    public static TheoryData<string, string, int> Mutations =>
        new()
        {
            { "claim after the request", "no attempt without a claim", 1 },
            { "no look-up", "at most one paid job an attempt", 14 },
            { "claim not settled", "nothing is left behind", 1 },
            { "job still watched", "nothing is left behind", 1 },
            { "report before the evidence", "evidence before the report", 32 },
            { "event dropped", "a run hears of its job", 7 },
            { "notice before the end", "nothing is told before its end is stored", 7 },
            { "notice forgotten at a death", "every end is told", 7 },
            { "notice not tried again", "every end is told", 2 },
            { "another message at each try", "one notice is one message", 1 },
            { "place taken from a run under way", "no more in flight than the limit", 17 },
            { "places counted once a round", "no more in flight than the limit", 17 },
            { "accused after one copy", "reports are about cheats", 8 },
            { "an attempt more", "no more paid jobs than the policy allows", 17 },
            { "an attempt fewer", "runs fail by policy only", 19 },
            { "secret in the log", "no secret anywhere", 1 },
        };

    [Fact]
    public async Task Reduce_RuleThatBreaksWithoutAnyFault_LeavesOneCallerAndNoFault()
    {
        mutants.Compiled.Active = "claim not settled";
        var whole = Scenario.Of(1);

        var reduced = await new Reducer(mutants.Compiled.Application).ReduceAsync(whole);

        Assert.True(whole.Plans.Count > 1);
        Assert.Single(reduced!.Scenario.Plans);
        Assert.Empty(reduced.Faults);
        Assert.Equal("nothing is left behind", reduced.Broken[0].Rule);
    }

    /// <summary>The seed that found it before comes first: that saves time, and another that finds it will do.</summary>
    [Theory]
    [MemberData(nameof(Mutations))]
    public async Task ShortRun_OneFaultInTheApplication_BreaksItsRule(string mutation, string rule, int foundBefore)
    {
        mutants.Compiled.Active = mutation;
        foreach (var seed in Enumerable.Range(SimulationTests.First, SimulationTests.Lives).OrderBy(seed => seed != foundBefore))
        {
            var report = await Life.RunAsync(Scenario.Of(seed), mutants.Compiled.Application);
            if (report.Broken.Any(broken => broken.Rule == rule))
            {
                output.WriteLine($"found by seed {seed}: {report.Broken[0]}");
                return;
            }
        }

        Assert.Fail($"{SimulationTests.Lives} lives did not show that '{mutation}'.");
    }
}

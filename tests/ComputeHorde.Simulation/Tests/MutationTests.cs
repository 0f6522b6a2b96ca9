using ComputeHorde.Simulation.Mutations;
using ComputeHorde.Simulation.World;

namespace ComputeHorde.Simulation.Tests;

/// <summary>Faults put into the application's own code are found by the seeds of the short run.</summary>
public sealed class MutationTests(MutantsFixture mutants, ITestOutputHelper output) : IClassFixture<MutantsFixture>
{
    public static TheoryData<string, string> Mutations => new()
    {
        { "claim after the request", "no attempt without a claim" },
        { "no look-up", "at most one paid job an attempt" },
        { "claim not settled", "nothing is left behind" },
        { "job still watched", "nothing is left behind" },
        { "report before the evidence", "evidence before the report" },
        { "event dropped", "a run hears of its job" },
    };

    [Theory]
    [MemberData(nameof(Mutations))]
    public async Task ShortRun_OneFaultInTheApplication_BreaksItsRule(string mutation, string rule)
    {
        mutants.Compiled.Active = mutation;
        for (var seed = SimulationTests.First; seed < SimulationTests.First + SimulationTests.Lives; seed++)
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

using ComputeHorde.Simulation.World;

namespace ComputeHorde.Simulation.Tests;

/// <summary>The short run: so many lives, none of which breaks a rule. What fails here fails again, alone, with <c>--seed</c>.</summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    internal const int First = 1,
        Lives = 32;

    [Fact]
    public async Task Life_EverySeedOfTheShortRun_BreaksNoRule()
    {
        for (var seed = First; seed < First + Lives; seed++)
        {
            var report = await Life.RunAsync(Scenario.Of(seed));
            Assert.True(report.Broken.Count == 0, report.Describe());
            output.WriteLine(
                $"seed {seed}: {report.Calls} calls, {report.Faults.Count} faults, {report.Deaths} deaths, {report.Lived} lived"
            );
        }
    }

    [Fact]
    public async Task Life_TheSameSeedAgain_IsTheSameLife()
    {
        var one = await Life.RunAsync(Scenario.Of(7));
        var other = await Life.RunAsync(Scenario.Of(7));
        Assert.Equal(one.Faults, other.Faults);
        Assert.Equal((one.Calls, one.Lived, one.Trace), (other.Calls, other.Lived, other.Trace));
    }
}

using ComputeHorde.Emulator;
using ComputeHorde.Samples;

namespace ComputeHorde.Sdk.Tests.Scenarios;

/// <summary>The samples that need nothing but a facilitator, run against the emulator.</summary>
public sealed class SampleTests
{
    [Theory]
    [InlineData("quickstart", "Job ended as completed")]
    [InlineData("run-until-complete", "completed after 1 attempt(s)")]
    [InlineData("list-jobs", "1 of 1 jobs")]
    [InlineData("cross-validation", "The results agree")]
    [InlineData("first-generation", "Completed: Match")]
    public async Task Sample_AgainstTheEmulator_PrintsWhatItPromises(string name, string expected)
    {
        await using var horde = await FacilitatorEmulator.StartAsync(options => options.Speed = 100);
        using var client = new ComputeHordeClient(
            new HttpClient(),
            Keys.Alice,
            new ComputeHordeOptions
            {
                FacilitatorUrl = horde.BaseAddress,
                ValidatorHotkey = horde.ValidatorHotkey,
                PollInterval = TimeSpan.FromMilliseconds(20),
                MaxPollInterval = TimeSpan.FromMilliseconds(50),
            }
        );
        using var output = new StringWriter();
        if (name == "list-jobs")
        {
            await client.CreateJobAsync(Specs.Minimal);
        }

        await (
            name switch
            {
                "quickstart" => Quickstart.RunAsync(client, output),
                "run-until-complete" => RunUntilComplete.RunAsync(client, output),
                "list-jobs" => ListJobs.RunAsync(client, output),
                "cross-validation" => CrossValidation.RunAsync(client, output),
                _ => Samples.FirstGeneration.RunAsync(client, output),
            }
        );
        Assert.Contains(expected, output.ToString(), StringComparison.Ordinal);
    }
}

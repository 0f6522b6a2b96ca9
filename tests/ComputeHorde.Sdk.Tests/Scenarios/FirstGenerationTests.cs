using ComputeHorde.Emulator;
using ComputeHorde.Sdk.FirstGeneration;

namespace ComputeHorde.Sdk.Tests.Scenarios;

public sealed class FirstGenerationTests
{
    [Theory]
    [InlineData("ok", "sha256", DepositionVerdict.Match)]
    [InlineData("cheat", "sha256", DepositionVerdict.Mismatch)]
    [InlineData("cheat", "stdout", DepositionVerdict.Mismatch)]
    [InlineData("failed:nonzero_return_code", "sha256", DepositionVerdict.Inconclusive)]
    public async Task CreateJob_WithCrossValidation_ComparesWithTheTrustedCopy(string behaviour, string method, DepositionVerdict verdict)
    {
        await using var horde = await FacilitatorEmulator.StartAsync(options => options.Speed = 100);
        horde.SetBehaviourForTag("", $"{behaviour}/ok");
        using var client = new ComputeHordeClient(
            new HttpClient(),
            Keys.Alice,
            new ComputeHordeOptions
            {
                FacilitatorUrl = new Uri(horde.BaseAddress, "api/v1/"),
                ValidatorHotkey = horde.ValidatorHotkey,
                PollInterval = TimeSpan.FromMilliseconds(20),
                MaxPollInterval = TimeSpan.FromMilliseconds(50),
            }
        );
        var old = new FirstGenerationClient(client);

        var job = await old.CreateJobAsync(
            ExecutorClass.AlwaysOnLlmA6000,
            "SN123.0",
            "echo",
            args: ["hello"],
            artifactsDir: "/artifacts",
            runCrossValidation: true,
            depositionComparisonMethod: method
        );
        Assert.True(job.IsInProgress);
        Assert.Equal("Sent", job.Status);
        var result = await job.CrossValidateAsync(TimeSpan.FromMinutes(2));

        Assert.Equal(verdict, result.Verdict);
        Assert.False(job.IsInProgress);
        Assert.True(job.TrustedJob!.OnTrustedMiner);
        if (verdict == DepositionVerdict.Mismatch)
        {
            Assert.Equal(CheatReportOutcome.Recorded, await job.ReportCheatedAsync(result));
        }
        else
        {
            await Assert.ThrowsAsync<ComputeHordeException>(() => job.ReportCheatedAsync(result));
        }
    }

    [Fact]
    public async Task CreateJob_UnknownComparison_IsRefused()
    {
        await using var server = await FakeFacilitator.StartAsync();
        using var client = server.Client();
        var error = await Assert.ThrowsAsync<ComputeHordeValidationException>(() =>
            new FirstGenerationClient(client).CreateJobAsync(
                ExecutorClass.AlwaysOnTest,
                "SN1.0",
                "img",
                runCrossValidation: true,
                depositionComparisonMethod: "guess"
            )
        );
        Assert.Equal("deposition_comparison_method", error.Problems[0].Field);
    }
}

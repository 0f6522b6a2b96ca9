using ComputeHorde.Sdk;
using ComputeHorde.Sdk.FirstGeneration;

namespace ComputeHorde.Samples;

/// <summary>The call shape of the SDK's first generation, cross-validation included.</summary>
public static class FirstGeneration
{
    public static async Task RunAsync(ComputeHordeClient client, TextWriter output)
    {
        var old = new FirstGenerationClient(client, new FirstGenerationOptions { ExecutionTimeLimitSec = 120 });
        var job = await old.CreateJobAsync(
            ExecutorClass.SpinUp4MinGpu24Gb,
            "SN123.0",
            "my-username/my-image:latest",
            args: ["python", "main.py"],
            artifactsDir: "/artifacts",
            runCrossValidation: true,
            depositionComparisonMethod: "sha256"
        );
        var result = await job.CrossValidateAsync(TimeSpan.FromMinutes(30));
        await output.WriteLineAsync($"{job.Status}: {result.Verdict} {result.Details}");
        if (result.Verdict == DepositionVerdict.Mismatch)
        {
            await output.WriteLineAsync($"report: {await job.ReportCheatedAsync(result)}");
        }
    }
}

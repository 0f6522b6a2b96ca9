using System.Text.Json.Nodes;
using ComputeHorde.Sdk;

namespace ComputeHorde.Samples;

/// <summary>Run a job a second time on the trusted miner, compare, report a difference.</summary>
public static class CrossValidation
{
    public static async Task RunAsync(ComputeHordeClient client, TextWriter output)
    {
        var spec = new ComputeHordeJobSpec
        {
            ExecutorClass = ExecutorClass.AlwaysOnLlmA6000,
            JobNamespace = "SN123.0",
            DockerImage = "my-username/my-image:latest",
            Args = ["python", "main.py", "--seed", "7"],
            DownloadTimeLimitSec = 10,
            ExecutionTimeLimitSec = 60,
            UploadTimeLimitSec = 10,
        };
        var run = await client.RunUntilCompleteAsync(spec);
        var trusted = await client.RunUntilCompleteAsync(spec, new RunOptions { OnTrustedMiner = true });
        if (!run.IsSuccessful || !trusted.IsSuccessful)
        {
            await output.WriteLineAsync("Nothing to compare");
            return;
        }

        var expected = trusted.Job.Result!.Stdout;
        var actual = run.Job.Result!.Stdout;
        if (actual == expected)
        {
            await output.WriteLineAsync("The results agree");
            return;
        }

        var details = new JsonObject
        {
            ["reason"] = "stdout_mismatch",
            ["expected_length"] = expected.Length,
            ["actual_length"] = actual.Length,
        };
        var outcome = await client.ReportCheatedJobAsync(run.Job.Uuid, trusted.Job.Uuid, details);
        await output.WriteLineAsync($"The results differ; report: {outcome}");
    }
}

using ComputeHorde.Sdk;

namespace ComputeHorde.Samples;

/// <summary>Try until it works, but only what another attempt can cure.</summary>
public static class RunUntilComplete
{
    public static async Task RunAsync(ComputeHordeClient client, TextWriter output)
    {
        var spec = new ComputeHordeJobSpec
        {
            ExecutorClass = ExecutorClass.AlwaysOnCpu8C16Gb,
            JobNamespace = "SN123.0",
            DockerImage = "my-username/my-image:latest",
            Args = ["python", "main.py"],
            DownloadTimeLimitSec = 10,
            ExecutionTimeLimitSec = 60,
            UploadTimeLimitSec = 10,
        };
        var run = await client.RunUntilCompleteAsync(
            spec,
            new RunOptions
            {
                // The same tag again, even from another process, goes on with the jobs that are there.
                Tag = "report-42",
                MaxAttempts = 5,
                Timeout = TimeSpan.FromMinutes(30),
                OnAttempt = async attempt => await output.WriteLineAsync($"Attempt {attempt.Number}: job {attempt.Creation.Job.Uuid}"),
            }
        );
        await output.WriteLineAsync($"{run.Job.Status} after {run.Attempts.Count} attempt(s), failure class {run.Job.Failure}");
    }
}

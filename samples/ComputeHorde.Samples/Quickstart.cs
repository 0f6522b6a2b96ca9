using ComputeHorde.Sdk;

namespace ComputeHorde.Samples;

/// <summary>Create a job, wait for it, print its output.</summary>
public static class Quickstart
{
    public static async Task RunAsync(ComputeHordeClient client, TextWriter output)
    {
        var spec = new ComputeHordeJobSpec
        {
            ExecutorClass = ExecutorClass.AlwaysOnLlmA6000,
            JobNamespace = "SN123.0",
            DockerImage = "my-username/my-image:latest",
            Args = ["python", "main.py", "--learning-rate", "0.1"],
            Env = new() { ["MODEL"] = "tiny" },
            ArtifactsDir = "/artifacts",
            DownloadTimeLimitSec = 10,
            ExecutionTimeLimitSec = 60,
            UploadTimeLimitSec = 10,
        };
        var (job, _, _) = await client.CreateJobAsync(spec);
        job = await client.WaitAsync(
            job.Uuid,
            TimeSpan.FromMinutes(10),
            async change => await output.WriteLineAsync($"{change.Entry.CreatedAt:T} {change.Entry.Status}")
        );

        await output.WriteLineAsync($"Job ended as {job.Status}");
        if (job.Result is { } result)
        {
            await output.WriteLineAsync(result.Stdout);
            foreach (var (path, bytes) in result.Artifacts)
            {
                await output.WriteLineAsync($"{path}: {bytes.Length} bytes");
            }
        }
        else
        {
            await output.WriteLineAsync($"{job.Error}; exit code {job.Error?.ExitCode}\n{job.Error?.Stderr}");
        }
    }
}

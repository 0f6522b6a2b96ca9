using ComputeHorde.Sdk;

namespace ComputeHorde.Samples;

/// <summary>A job that serves HTTP on port 8000: reach it while it runs, over TLS that trusts exactly its certificate.</summary>
public static class Streaming
{
    public static async Task RunAsync(ComputeHordeClient client, TextWriter output)
    {
        var spec = new ComputeHordeJobSpec
        {
            ExecutorClass = ExecutorClass.AlwaysOnLlmA6000,
            JobNamespace = "SN123.0",
            DockerImage = "my-username/my-streaming-image:latest",
            Streaming = true,
            StreamingStartTimeLimitSec = 30,
            DownloadTimeLimitSec = 10,
            ExecutionTimeLimitSec = 300,
            UploadTimeLimitSec = 10,
        };
        var created = await client.CreateJobAsync(spec);
        using var certificate = created.StreamingCertificate!;

        // To reach the job from another process: keep these two texts, and restore them with StreamingCertificate.FromPem.
        _ = (certificate.CertificatePem, certificate.ExportPrivateKeyPem());

        var job = await client.WaitForStreamingAsync(created.Job.Uuid, TimeSpan.FromMinutes(5));
        using var http = certificate.CreateHttpClient(job.Streaming!);
        await output.WriteLineAsync(await http.GetStringAsync("health"));
        using var answer = await http.PostAsync("terminate", content: null);
        job = await client.WaitAsync(job.Uuid);
        await output.WriteLineAsync(job.Status.Value);
    }
}

using ComputeHorde.Sdk;

namespace ComputeHorde.Samples;

/// <summary>Inputs from memory, from the web and from Hugging Face; an output to a presigned URL.</summary>
public static class Volumes
{
    public static async Task RunAsync(ComputeHordeClient client, TextWriter output)
    {
        var spec = new ComputeHordeJobSpec
        {
            ExecutorClass = ExecutorClass.AlwaysOnLlmA6000,
            JobNamespace = "SN123.0",
            DockerImage = "my-username/my-image:latest",
            InputVolumes = new()
            {
                ["/volume/config"] = InlineVolume.FromFileContents("version.txt", "version=2"u8.ToArray()),
                ["/volume/dataset.csv"] = new HttpVolume("https://s3.amazonaws.com/my-bucket/images/prompts.csv"),
                ["/volume/model"] = new HuggingfaceVolume("huggingface/model")
                {
                    Revision = "main",
                    AllowPatterns = new[] { "*.json", "*.safetensors" },
                },
            },
            OutputVolumes = new()
            {
                // Azure: a SAS URL needs this header. S3 and R2: a presigned PUT needs none.
                ["/output/results.json"] = new HttpOutputVolume(
                    HttpOutputVolume.Put,
                    "https://account.blob.core.windows.net/out/results.json?sv=..."
                )
                {
                    SignedHeaders = new() { ["x-ms-blob-type"] = "BlockBlob" },
                },
                ["/output/image.png"] = new HttpOutputVolume(HttpOutputVolume.Post, "https://s3.amazonaws.com/my-bucket")
                {
                    FormFields = new() { ["key"] = "images/image.png", ["policy"] = "..." },
                },
            },
            DownloadTimeLimitSec = 60,
            ExecutionTimeLimitSec = 120,
            UploadTimeLimitSec = 30,
        };

        // All faults at once, before anything is sent.
        foreach (var problem in JobSpecValidation.Validate(spec))
        {
            await output.WriteLineAsync(problem.ToString());
        }

        var created = await client.CreateJobAsync(spec, new CreateJobOptions { Tag = "nightly-2026-11-21" });
        var job = await client.WaitAsync(created.Job.Uuid);
        foreach (var (path, upload) in job.Result?.UploadResults ?? new Dictionary<string, UploadResult>())
        {
            await output.WriteLineAsync($"{path}: etag {upload.Headers.GetValueOrDefault("etag")}");
        }
    }
}

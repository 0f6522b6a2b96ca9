using System.Text.Json;

namespace ComputeHorde.Sdk;

/// <summary>Reads a specification's JSON form and names every fault of it.</summary>
internal static class JobSpecJsonReader
{
    /// <summary>Reads a specification; it is only to be used when no problem was added.</summary>
    public static ComputeHordeJobSpec Read(JsonElement json, ProblemList problems)
    {
        var fields = new JsonFields(json, "", problems);
        var spec = new ComputeHordeJobSpec
        {
            ExecutorClass = fields.Text("executor_class", required: true) ?? "",
            JobNamespace = fields.Text("job_namespace"),
            DockerImage = fields.Text("docker_image", required: true) ?? "",
            Args = fields.Texts("args") ?? [],
            Env = fields.Map("env") ?? [],
            ArtifactsDir = fields.Text("artifacts_dir"),
            InputVolumes = fields.Objects("input_volumes", ReadInput) ?? [],
            OutputVolumes = fields.Objects("output_volumes", ReadOutput) ?? [],
            DownloadTimeLimitSec = fields.Integer("download_time_limit_sec", required: true) ?? 0,
            ExecutionTimeLimitSec = fields.Integer("execution_time_limit_sec", required: true) ?? 0,
            UploadTimeLimitSec = fields.Integer("upload_time_limit_sec", required: true) ?? 0,
            StreamingStartTimeLimitSec = fields.Integer("streaming_start_time_limit_sec") ?? 5,
            Streaming = fields.Boolean("streaming") ?? false,
        };
        fields.RefuseOthers();
        return spec;
    }

    private static InputVolume? ReadInput(JsonFields fields)
    {
        InputVolume? volume = fields.Text("type", required: true) switch
        {
            "inline" => new InlineVolume(fields.Text("contents", required: true) ?? ""),
            "http" => new HttpVolume(fields.Text("url", required: true) ?? ""),
            "zip_url" => new ZipUrlVolume(fields.Text("url", required: true) ?? ""),
            "huggingface" => new HuggingfaceVolume(fields.Text("repo_id", required: true) ?? "")
            {
                RepoType = fields.Text("repo_type"),
                Revision = fields.Text("revision"),
                AllowPatterns =
                    fields.IsText("allow_patterns") ? AllowPatterns.Text(fields.Text("allow_patterns") ?? "")
                    : fields.Texts("allow_patterns") is { } patterns ? AllowPatterns.List(patterns)
                    : null,
                Token = fields.Text("token"),
            },
            _ => null,
        };
        if (volume is null)
        {
            fields.Refuse("type", "must be inline, http, huggingface or zip_url.");
        }
        else
        {
            fields.RefuseOthers();
        }

        return volume;
    }

    private static OutputVolume ReadOutput(JsonFields fields)
    {
        var volume = new HttpOutputVolume(fields.Text("http_method", required: true) ?? "", fields.Text("url", required: true) ?? "")
        {
            FormFields = fields.Map("form_fields"),
            SignedHeaders = fields.Map("signed_headers"),
        };
        fields.RefuseOthers();
        return volume;
    }
}

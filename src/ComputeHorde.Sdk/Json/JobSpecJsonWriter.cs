using System.Text.Json;

namespace ComputeHorde.Sdk;

/// <summary>Writes a specification's JSON form. Every field is written, so that the text shows what the defaults were.</summary>
internal static class JobSpecJsonWriter
{
    public static void Write(Utf8JsonWriter writer, ComputeHordeJobSpec spec)
    {
        writer.WriteStartObject();
        writer.WriteString("executor_class", spec.ExecutorClass);
        writer.WriteString("job_namespace", spec.JobNamespace);
        writer.WriteString("docker_image", spec.DockerImage);
        writer.WriteStartArray("args");
        foreach (var arg in spec.Args)
        {
            writer.WriteStringValue(arg);
        }

        writer.WriteEndArray();
        WriteMap(writer, "env", spec.Env);
        writer.WriteString("artifacts_dir", spec.ArtifactsDir);
        writer.WriteStartObject("input_volumes");
        foreach (var (path, volume) in spec.InputVolumes)
        {
            writer.WriteStartObject(path);
            WriteInput(writer, volume);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteStartObject("output_volumes");
        foreach (var (path, volume) in spec.OutputVolumes)
        {
            writer.WriteStartObject(path);
            WriteOutput(writer, volume);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteNumber("download_time_limit_sec", spec.DownloadTimeLimitSec);
        writer.WriteNumber("execution_time_limit_sec", spec.ExecutionTimeLimitSec);
        writer.WriteNumber("upload_time_limit_sec", spec.UploadTimeLimitSec);
        writer.WriteBoolean("streaming", spec.Streaming);
        writer.WriteNumber("streaming_start_time_limit_sec", spec.StreamingStartTimeLimitSec);
        writer.WriteEndObject();
    }

    private static void WriteInput(Utf8JsonWriter writer, InputVolume volume)
    {
        switch (volume)
        {
            case InlineVolume inline:
                writer.WriteString("type", "inline");
                writer.WriteString("contents", inline.Contents);
                break;
            case HttpVolume http:
                writer.WriteString("type", "http");
                writer.WriteString("url", http.Url);
                break;
            case ZipUrlVolume zip:
                writer.WriteString("type", "zip_url");
                writer.WriteString("url", zip.Url);
                break;
            case HuggingfaceVolume huggingface:
                writer.WriteString("type", "huggingface");
                writer.WriteString("repo_id", huggingface.RepoId);
                writer.WriteString("repo_type", huggingface.RepoType);
                writer.WriteString("revision", huggingface.Revision);
                writer.WritePropertyName("allow_patterns");
                WritePatterns(writer, huggingface.AllowPatterns);
                writer.WriteString("token", huggingface.Token);
                break;
        }
    }

    private static void WriteOutput(Utf8JsonWriter writer, OutputVolume volume)
    {
        if (volume is not HttpOutputVolume http)
        {
            return;
        }

        writer.WriteString("http_method", http.HttpMethod);
        writer.WriteString("url", http.Url);
        WriteMap(writer, "form_fields", http.FormFields);
        WriteMap(writer, "signed_headers", http.SignedHeaders);
    }

    private static void WritePatterns(Utf8JsonWriter writer, AllowPatterns? patterns)
    {
        if (patterns is null)
        {
            writer.WriteNullValue();
            return;
        }

        if (patterns.IsText)
        {
            writer.WriteStringValue(patterns.Patterns[0]);
            return;
        }

        writer.WriteStartArray();
        foreach (var pattern in patterns.Patterns)
        {
            writer.WriteStringValue(pattern);
        }

        writer.WriteEndArray();
    }

    private static void WriteMap(Utf8JsonWriter writer, string name, OrderedDictionary<string, string>? map)
    {
        if (map is null)
        {
            writer.WriteNull(name);
            return;
        }

        writer.WriteStartObject(name);
        foreach (var (key, value) in map)
        {
            writer.WriteString(key, value);
        }

        writer.WriteEndObject();
    }
}

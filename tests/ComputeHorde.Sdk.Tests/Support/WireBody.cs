using System.Text.Json.Nodes;

namespace ComputeHorde.Sdk.Tests;

/// <summary>Reads a facilitator's request body back into the public model, as far as the model can express it.</summary>
internal static class WireBody
{
    /// <exception cref="FormatException">The model cannot express the body.</exception>
    public static (ComputeHordeJobSpec Spec, string Validator, string? Tag, bool Trusted, string? PublicKey) Read(JsonObject body)
    {
        var spec = new ComputeHordeJobSpec
        {
            ExecutorClass = Text(body, "executor_class"),
            DockerImage = body.ContainsKey("docker_image") ? Text(body, "docker_image") : "",
            JobNamespace = TextOrNull(body, "job_namespace"),
            Args = body.ContainsKey("args") ? [.. List(body["args"]).Select(AsText)] : [],
            Env = body.ContainsKey("env") ? Map(body["env"]) ?? throw new FormatException("env") : [],
            ArtifactsDir = TextOrNull(body, "artifacts_dir"),
            DownloadTimeLimitSec = Number(body, "download_time_limit"),
            ExecutionTimeLimitSec = Number(body, "execution_time_limit"),
            UploadTimeLimitSec = Number(body, "upload_time_limit"),
            StreamingStartTimeLimitSec = Number(body, "streaming_start_time_limit"),
            Streaming = body.ContainsKey("streaming_details"),
            InputVolumes = body.ContainsKey("volumes")
                ? new(List(body["volumes"]).Select(v => KeyValuePair.Create("/volume/" + RelativePath(v!), Volume(v!))))
                : [],
            OutputVolumes = body.ContainsKey("uploads")
                ? new(
                    List(body["uploads"]).Select(v => KeyValuePair.Create("/output/" + Text(v!, "relative_path"), (OutputVolume)Upload(v!)))
                )
                : [],
        };
        var key = spec.Streaming ? Text(body["streaming_details"] ?? throw new FormatException("streaming_details"), "public_key") : null;
        if (key is "")
        {
            throw new FormatException("public_key is empty");
        }

        var trusted =
            body.ContainsKey("on_trusted_miner")
            && (
                body["on_trusted_miner"]?.GetValueKind() is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False
                    ? body["on_trusted_miner"]!.GetValue<bool>()
                    : throw new FormatException("on_trusted_miner")
            );
        return (spec, Text(body, "target_validator_hotkey"), body.ContainsKey("tag") ? Text(body, "tag") : null, trusted, key);
    }

    /// <summary>Null means the volume's own folder, but for a single file, which needs a name.</summary>
    private static string RelativePath(JsonNode volume) =>
        volume["relative_path"] is null && volume.AsObject().ContainsKey("relative_path") && AsText(volume["volume_type"]) != "single_file"
            ? ""
            : Text(volume, "relative_path");

    private static InputVolume Volume(JsonNode volume) =>
        Text(volume, "volume_type") switch
        {
            "inline" => new InlineVolume(Text(volume, "contents")),
            "zip_url" => new ZipUrlVolume(Text(volume, "contents")),
            "single_file" => new HttpVolume(Text(volume, "url")),
            "huggingface_volume" => new HuggingfaceVolume(Text(volume, "repo_id"))
            {
                RepoType = TextOrNull(volume, "repo_type"),
                Revision = TextOrNull(volume, "revision"),
                Token = TextOrNull(volume, "token"),
                AllowPatterns = volume["allow_patterns"] switch
                {
                    null => null,
                    JsonArray list => AllowPatterns.List(list.Select(AsText)),
                    var text => AllowPatterns.Text(AsText(text)),
                },
            },
            var other => throw new FormatException($"volume type {other}"),
        };

    private static HttpOutputVolume Upload(JsonNode upload) =>
        Text(upload, "output_upload_type") switch
        {
            "single_file_put" => new HttpOutputVolume("PUT", Text(upload, "url")) { SignedHeaders = Map(upload["signed_headers"]) },
            "single_file_post" => new HttpOutputVolume("POST", Text(upload, "url"))
            {
                SignedHeaders = Map(upload["signed_headers"]),
                FormFields = Map(upload["form_fields"]),
            },
            var other => throw new FormatException($"upload type {other}"),
        };

    private static JsonArray List(JsonNode? node) => node as JsonArray ?? throw new FormatException("not a list");

    private static OrderedDictionary<string, string>? Map(JsonNode? node) =>
        node switch
        {
            null => null,
            JsonObject map => new(map.Select(entry => KeyValuePair.Create(entry.Key, AsText(entry.Value)))),
            _ => throw new FormatException("not a map"),
        };

    private static string AsText(JsonNode? node) =>
        node?.GetValueKind() == System.Text.Json.JsonValueKind.String ? node.GetValue<string>() : throw new FormatException("not a text");

    private static string Text(JsonNode parent, string name) => AsText(parent[name]);

    private static string? TextOrNull(JsonNode parent, string name) => parent[name] is null ? null : Text(parent, name);

    private static int Number(JsonObject body, string name) =>
        body[name] is JsonValue value
        && value.GetValueKind() == System.Text.Json.JsonValueKind.Number
        && value.TryGetValue<int>(out var number)
            ? number
            : throw new FormatException(name);
}

using System.Text.Json.Nodes;

namespace ComputeHorde.Durable.Intake;

/// <summary>
/// A stored request as it is shown: without what may be a secret. Values of variables, contents and queries of URLs stay in the storage.
/// </summary>
internal static class RequestView
{
    private const string Hidden = "(not shown)";

    /// <summary>What of a request is shown as it is; what is not known here is not shown.</summary>
    private static readonly string[] Plain =
    [
        "executor_class",
        "job_namespace",
        "docker_image",
        "args",
        "artifacts_dir",
        "outputs",
        "download_time_limit_sec",
        "execution_time_limit_sec",
        "upload_time_limit_sec",
        "streaming",
        "streaming_start_time_limit_sec",
        "streaming_certificate",
        "policy",
        "cross_validation",
        "limits",
        "labels",
    ];

    private static readonly string[] Volumes = ["input_volumes", "output_volumes"];

    /// <summary>What of a volume is no secret.</summary>
    private static readonly string[] Open =
    [
        "type",
        "http_method",
        "repo_id",
        "repo_type",
        "revision",
        "allow_patterns",
        "relative_path",
        "mount_path",
    ];

    public static JsonObject Of(BinaryData request)
    {
        using var document = StrictJson.Parse(request.ToMemory(), default);
        return Show(
                JsonObject.Create(document.RootElement),
                static field =>
                    Plain.Contains(field.Key) ? field.Value?.DeepClone()
                    : field.Key == "env" ? Show(field.Value, static _ => Hidden)
                    : Volumes.Contains(field.Key) ? Show(field.Value, static volume => Show(volume.Value, OfVolume))
                    : field.Key == "webhook" ? Show(field.Value, OfWebhook)
                    : Hidden
            ) as JsonObject
            ?? [];
    }

    private static JsonNode? OfVolume(KeyValuePair<string, JsonNode?> field) =>
        Open.Contains(field.Key) ? field.Value?.DeepClone()
        : field.Key == "url" ? Address(field.Value, UriComponents.SchemeAndServer | UriComponents.Path)
        : Hidden;

    /// <summary>The paths of webhooks hold tokens.</summary>
    private static JsonNode? OfWebhook(KeyValuePair<string, JsonNode?> field) =>
        field.Key == "events" ? field.Value?.DeepClone()
        : field.Key == "url" ? Address(field.Value, UriComponents.SchemeAndServer)
        : Hidden;

    private static JsonNode? Show(JsonNode? value, Func<KeyValuePair<string, JsonNode?>, JsonNode?> show) =>
        value switch
        {
            null => null,
            JsonObject fields => new JsonObject(fields.Select(field => KeyValuePair.Create(field.Key, show(field)))),
            _ => Hidden,
        };

    private static JsonNode? Address(JsonNode? url, UriComponents shown) =>
        url is JsonValue value && value.TryGetValue<string>(out var text) && Uri.TryCreate(text, UriKind.Absolute, out var address)
            ? address.GetComponents(shown, UriFormat.UriEscaped) is var open && open == text
                ? open
                : $"{open} {Hidden}"
            : Hidden;
}

using System.Text.Json.Nodes;

namespace ComputeHorde.Durable.Intake;

/// <summary>A stored request as it is shown: without what may be a secret. Values of variables, contents and queries of URLs stay in the storage.</summary>
internal static class RequestView
{
    private const string Hidden = "(not shown)";

    /// <summary>What of a volume is no secret.</summary>
    private static readonly string[] Open = ["type", "http_method", "repo_id", "repo_type", "revision", "allow_patterns", "relative_path", "mount_path"];

    public static JsonObject Of(BinaryData request)
    {
        using var document = StrictJson.Parse(request.ToMemory(), default);
        var shown = JsonObject.Create(document.RootElement.Clone())!;
        Hide(shown["env"] as JsonObject, static _ => Hidden);
        foreach (var volumes in new[] { shown["input_volumes"] as JsonObject, shown["output_volumes"] as JsonObject })
        {
            foreach (var (_, volume) in volumes ?? [])
            {
                HideVolume(volume as JsonObject);
            }
        }

        return shown;
    }

    private static void HideVolume(JsonObject? volume)
    {
        if (volume is not null)
        {
            Hide(volume, static field => Open.Contains(field.Key) ? field.Value?.DeepClone() : field.Key == "url" ? WithoutQuery(field.Value) : Hidden);
        }
    }

    private static void Hide(JsonObject? fields, Func<KeyValuePair<string, JsonNode?>, JsonNode?> show)
    {
        foreach (var field in fields?.ToList() ?? [])
        {
            fields![field.Key] = show(field);
        }
    }

    private static JsonNode? WithoutQuery(JsonNode? url) =>
        url is JsonValue value && value.TryGetValue<string>(out var text) && Uri.TryCreate(text, UriKind.Absolute, out var address)
            ? address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) + (address.Query.Length > 0 ? "?" + Hidden : "")
            : Hidden;
}

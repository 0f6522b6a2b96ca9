using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace ComputeHorde.Sdk.Signing;

/// <summary>The text that signs a job: fourteen fields of the request body in a fixed order (protocol 3.3).</summary>
internal static class SignedFields
{
    private static readonly string[] Limits =
    [
        "download_time_limit",
        "execution_time_limit",
        "upload_time_limit",
        "streaming_start_time_limit",
    ];

    /// <summary>The signed text of a create request's body.</summary>
    public static string Write(JsonObject body)
    {
        var builder = new StringBuilder();
        Field(builder, '{', "executor_class", body["executor_class"] ?? "");
        Field(builder, ',', "docker_image", body["docker_image"] ?? "");
        Field(builder, ',', "args", body["args"] ?? new JsonArray());
        Field(builder, ',', "env", body["env"] ?? new JsonObject());
        Field(builder, ',', "use_gpu", body["use_gpu"] ?? false);
        Field(builder, ',', "artifacts_dir", body["artifacts_dir"] ?? "");
        Field(builder, ',', "on_trusted_miner", body["on_trusted_miner"] ?? false);
        foreach (var limit in Limits)
        {
            Field(builder, ',', limit, Integer(body[limit]));
        }

        Field(builder, ',', "streaming_details", Streaming(body["streaming_details"]));
        Field(builder, ',', "volumes", body["volumes"] ?? new JsonArray());
        Field(builder, ',', "uploads", body["uploads"] ?? new JsonArray());
        return builder.Append('}').ToString();
    }

    private static void Field(StringBuilder builder, char before, string name, JsonNode? value)
    {
        builder.Append(before).Append('"').Append(name).Append("\":");
        PydanticJson.Write(builder, value);
    }

    /// <summary>The facilitator coerces 5.0 and "5" to 5 before it checks the signature.</summary>
    private static JsonNode Integer(JsonNode? value) =>
        value is null ? 0 : (long)decimal.Parse(value.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture);

    private static JsonObject? Streaming(JsonNode? details) =>
        details is null ? null : new JsonObject { ["public_key"] = details["public_key"]?.GetValue<string>(), ["executor_ip"] = null };
}

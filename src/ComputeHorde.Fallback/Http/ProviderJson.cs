using System.Text.Json;
using System.Text.Json.Serialization;

namespace ComputeHorde.Fallback;

/// <summary>How providers write JSON: camelCase, and nothing that is not set.</summary>
internal static class ProviderJson
{
    public static JsonSerializerOptions Options { get; } =
        new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
}

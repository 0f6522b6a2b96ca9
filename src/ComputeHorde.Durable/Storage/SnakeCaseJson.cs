using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ComputeHorde.Durable.Storage;

/// <summary>The JSON that we show: snake_case, as ComputeHorde's own API writes it, nulls left out.</summary>
internal static class SnakeCaseJson
{
    public static JsonSerializerOptions Options { get; } =
        new(JsonSerializerDefaults.Web)
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            PropertyNameCaseInsensitive = false,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            Converters = { new WholeNumberConverter() },
        };

    public static string ToText<T>(T value) => JsonSerializer.Serialize(value, Options);

    public static JsonElement ToElement<T>(T value) => JsonSerializer.SerializeToElement(value, Options);

    public static byte[] ToUtf8<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Options);

    public static T Read<T>(BinaryData content) =>
        JsonSerializer.Deserialize<T>(content.ToMemory().Span, Options)
        ?? throw new InvalidDataException($"A stored {typeof(T).Name} is null.");
}

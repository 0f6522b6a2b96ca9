using System.Text.Json;

namespace ComputeHorde.Durable.LocalRuntime.Engine;

/// <summary>
/// The properties of failures, as they come back from a history: texts, numbers as <see cref="double"/>, truth values, lists and maps.
/// They are of these types before they were stored, too, so that code cannot tell whether it replays.
/// </summary>
internal static class FailureProperties
{
    public static string? Write(IDictionary<string, object?>? properties) => properties is null ? null : JsonSerializer.Serialize(properties);

    public static IDictionary<string, object?>? Read(string? json)
    {
        if (json is null)
        {
            return null;
        }

        using var document = JsonDocument.Parse(json);
        return (Dictionary<string, object?>)Plain(document.RootElement)!;
    }

    private static object? Plain(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Array => element.EnumerateArray().Select(Plain).ToList(),
        JsonValueKind.Object => element.EnumerateObject().ToDictionary(member => member.Name, member => Plain(member.Value)),
        _ => null,
    };
}

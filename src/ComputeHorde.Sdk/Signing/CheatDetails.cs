using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ComputeHorde.Sdk.Signing;

/// <summary>
/// Makes the details of a cheat report such that the facilitator can store them and pass them on (protocol 16). They tell of what a miner
/// has sent, so that what cannot be stored is written as text: a report must not fail for the very thing that it reports.
/// </summary>
internal static class CheatDetails
{
    /// <summary>Deeper parts are written as text: the facilitator's parsers and its message format have limits of their own.</summary>
    private const int MaxDepth = 32;

    /// <summary>
    /// A copy that can be stored: no NUL, no lone surrogate, no integer over 64 bits, no number that is not finite, no great depth.
    /// </summary>
    public static JsonObject Storable(JsonObject details) => Map(details, depth: 1);

    private static JsonObject Map(JsonObject map, int depth)
    {
        var copy = new JsonObject();
        foreach (var (key, value) in map)
        {
            copy[Text(key)] = Copy(value, depth);
        }

        return copy;
    }

    private static JsonNode? Copy(JsonNode? node, int depth) =>
        node switch
        {
            null => null,
            JsonObject or JsonArray when depth >= MaxDepth => "(nested too deeply)",
            JsonObject map => Map(map, depth + 1),
            JsonArray list => new JsonArray([.. list.Select(item => Copy(item, depth + 1))]),
            JsonValue value => Scalar(value),
            _ => Text(node.ToString()),
        };

    private static JsonNode? Scalar(JsonValue value)
    {
        if (value.TryGetValue<string>(out var text))
        {
            return Text(text);
        }

        if (IsNotFinite(value, out var name))
        {
            return name;
        }

        // Through text, so that numbers and texts are what the facilitator will parse.
        var json = value.ToJsonString();
        return value.GetValueKind() switch
        {
            JsonValueKind.Number => Number(json),
            JsonValueKind.String => Text(JsonNode.Parse(json)!.GetValue<string>()),
            _ => JsonNode.Parse(json),
        };
    }

    /// <summary>NaN and infinities of the program, which have no JSON. A number that was parsed has its digits still.</summary>
    private static bool IsNotFinite(JsonValue value, [NotNullWhen(true)] out string? name)
    {
        name =
            value.TryGetValue<JsonElement>(out _) ? null
            : value.TryGetValue<double>(out var real) && !double.IsFinite(real) ? real.ToString(CultureInfo.InvariantCulture)
            : value.TryGetValue<float>(out var single) && !float.IsFinite(single) ? single.ToString(CultureInfo.InvariantCulture)
            : null;
        return name is not null;
    }

    private static JsonNode? Number(string json)
    {
        var isInteger = json.AsSpan().IndexOfAny('.', 'e', 'E') < 0;
        var fits = isInteger
            ? long.TryParse(json, CultureInfo.InvariantCulture, out _) || ulong.TryParse(json, CultureInfo.InvariantCulture, out _)
            : double.IsFinite(double.Parse(json, CultureInfo.InvariantCulture));
        return fits ? JsonNode.Parse(json) : json;
    }

    private static string Text(string text)
    {
        if (!text.Contains('\0') && !TextRules.HasLoneSurrogate(text))
        {
            return text;
        }

        return string.Concat(text.EnumerateRunes().Select(static rune => rune.Value == 0 ? "\uFFFD" : rune.ToString()));
    }
}

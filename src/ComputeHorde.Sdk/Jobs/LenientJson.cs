using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ComputeHorde.Sdk;

/// <summary>Reads members of an answer without failing on nulls, other types, or texts that are not valid Unicode.</summary>
internal static class LenientJson
{
    /// <summary>A member of an object, or an undefined element.</summary>
    public static JsonElement Member(this JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return default;
        }

        try
        {
            return element.TryGetProperty(name, out var value) ? value : default;
        }
        catch (InvalidOperationException)
        {
            // Some other member's name is not valid Unicode.
            return element.Members().LastOrDefault(member => member.Key == name).Value;
        }
    }

    /// <summary>A text, or null when the member is absent, null or of another type.</summary>
    public static string? Text(this JsonElement element, string name) => element.Member(name).AsText();

    /// <summary>A text, or null when it is not one.</summary>
    public static string? AsText(this JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            // Lone surrogates or bytes that are not UTF-8, which Python lets through.
            return Unescape(Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(element)[1..^1]));
        }
    }

    /// <summary>A whole number, or null.</summary>
    public static int? Integer(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetWhole(out int number) ? number : null;

    /// <summary>A number without a fraction, however it is written: JSON does not tell <c>30.0</c> and <c>3e1</c> from <c>30</c>.</summary>
    public static bool TryGetWhole(this JsonElement element, out int number)
    {
        if (element.TryGetInt32(out number))
        {
            return true;
        }

        var isWhole = element.TryGetWhole(out long whole) && whole is >= int.MinValue and <= int.MaxValue;
        number = isWhole ? (int)whole : 0;
        return isWhole;
    }

    /// <inheritdoc cref="TryGetWhole(JsonElement, out int)"/>
    public static bool TryGetWhole(this JsonElement element, out long number)
    {
        number = 0;
        return element.ValueKind == JsonValueKind.Number
            && (element.TryGetInt64(out number) || (element.TryGetDouble(out var real) && IsWhole(real, out number)));
    }

    /// <inheritdoc cref="TryGetWhole(JsonElement, out int)"/>
    public static bool TryGetWhole(ref this Utf8JsonReader reader, out long number)
    {
        number = 0;
        return reader.TokenType == JsonTokenType.Number
            && (reader.TryGetInt64(out number) || (reader.TryGetDouble(out var real) && IsWhole(real, out number)));
    }

    /// <summary>Beyond 2^53 a double cannot tell whole numbers apart.</summary>
    private static bool IsWhole(double real, out long number)
    {
        var isWhole = Math.Truncate(real) == real && Math.Abs(real) <= 1L << 53;
        number = isWhole ? (long)real : 0;
        return isWhole;
    }

    /// <summary>A time with any offset, or null.</summary>
    public static DateTimeOffset? Time(this JsonElement element, string name) =>
        DateTimeOffset.TryParse(element.Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUniversalTime()
            : null;

    /// <summary>The text members of an object, each once; the last wins.</summary>
    public static Dictionary<string, string> Texts(this JsonElement element, string name)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in element.Member(name).Members())
        {
            if (value.AsText() is { } text)
            {
                texts[key] = text;
            }
        }

        return texts;
    }

    /// <summary>The members of an object; none when it is not one.</summary>
    public static IEnumerable<(string Key, JsonElement Value)> Members(this JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            yield break;
        }

        foreach (var property in element.EnumerateObject())
        {
            yield return (Name(property), property.Value);
        }
    }

    /// <summary>The elements of an array; none when it is not one.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [];

    /// <summary>A copy of an object that outlives its document, or null when it is not one.</summary>
    public static JsonObject? Copy(this JsonElement element, string name) => Copy(element.Member(name)) as JsonObject;

    private static JsonNode? Copy(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var map = new JsonObject();
                foreach (var (key, member) in element.Members())
                {
                    map[key] = Copy(member);
                }

                return map;
            case JsonValueKind.Array:
                return new JsonArray([.. element.Items().Select(Copy)]);
            case JsonValueKind.String:
                return element.AsText();
            case JsonValueKind.Undefined:
                return null;
            default:
                return JsonNode.Parse(element.GetRawText());
        }
    }

    private static string Name(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return Unescape(Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8PropertyName(property)));
        }
    }

    private static string Unescape(string raw)
    {
        var builder = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\' || i + 1 == raw.Length)
            {
                builder.Append(raw[i]);
                continue;
            }

            var escape = raw[++i];
            if (
                escape == 'u'
                && i + 4 < raw.Length
                && ushort.TryParse(raw.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            )
            {
                builder.Append((char)unit);
                i += 4;
                continue;
            }

            builder.Append(
                escape switch
                {
                    'b' => '\b',
                    'f' => '\f',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    _ => escape,
                }
            );
        }

        // Surrogates that stand alone become U+FFFD, so that the text can be written again.
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(builder.ToString()));
    }
}

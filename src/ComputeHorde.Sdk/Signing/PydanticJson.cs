using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ComputeHorde.Sdk.Signing;

/// <summary>
/// Writes JSON the way pydantic v2's model_dump_json does (protocol 3.3): no spaces, key order kept, non-ASCII raw,
/// only the quote, the backslash and U+0000..U+001F escaped, in lower-case hex. System.Text.Json has no encoder for this.
/// </summary>
internal static class PydanticJson
{
    /// <summary>The compact text of a value.</summary>
    public static string Write(JsonNode? node)
    {
        var builder = new StringBuilder();
        Write(builder, node);
        return builder.ToString();
    }

    /// <summary>Appends the compact text of a value.</summary>
    public static void Write(StringBuilder builder, JsonNode? node)
    {
        switch (node)
        {
            case null:
                builder.Append("null");
                break;
            case JsonObject map:
                builder.Append('{');
                var first = true;
                foreach (var (key, value) in map)
                {
                    if (!first)
                    {
                        builder.Append(',');
                    }

                    first = false;
                    Write(builder, key);
                    builder.Append(':');
                    Write(builder, value);
                }

                builder.Append('}');
                break;
            case JsonArray list:
                builder.Append('[');
                for (var i = 0; i < list.Count; i++)
                {
                    if (i > 0)
                    {
                        builder.Append(',');
                    }

                    Write(builder, list[i]);
                }

                builder.Append(']');
                break;
            default:
                if (node.GetValueKind() == JsonValueKind.String)
                {
                    Write(builder, node.GetValue<string>());
                }
                else
                {
                    builder.Append(node.ToJsonString());
                }

                break;
        }
    }

    /// <summary>Appends a text as a JSON string.</summary>
    public static void Write(StringBuilder builder, string text)
    {
        builder.Append('"');
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c >= ' ' && c is not ('"' or '\\'))
            {
                continue;
            }

            builder.Append(text, start, i - start);
            start = i + 1;
            JsonEscape.Append(builder, c);
        }

        builder.Append(text, start, text.Length - start).Append('"');
    }
}

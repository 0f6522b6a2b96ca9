using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ComputeHorde.Sdk.Signing;

/// <summary>
/// Writes JSON the way Python's json.dumps(value, sort_keys=True) does (protocol 3.2, 3.5): ASCII only, separators ", " and ": ",
/// keys sorted by code point, floats as Python's repr.
/// </summary>
internal static class PythonJson
{
    /// <summary>The text of a value with sorted keys.</summary>
    /// <exception cref="FormatException">A number has no finite Python value.</exception>
    public static string Dumps(JsonNode? node)
    {
        var builder = new StringBuilder();
        Write(builder, node);
        return builder.ToString();
    }

    /// <summary>A text as an ASCII-only JSON string literal: the outer layer of everything that is signed.</summary>
    public static string Literal(string text)
    {
        var builder = new StringBuilder(text.Length + 16);
        Write(builder, text);
        return builder.ToString();
    }

    /// <summary>
    /// A double as Python's repr writes it: shortest digits, always with a fraction or an exponent of two digits or more.
    /// </summary>
    public static string Float(double value)
    {
        if (!double.IsFinite(value))
        {
            throw new FormatException("NaN and infinities cannot be signed.");
        }

        if (value == 0)
        {
            return double.IsNegative(value) ? "-0.0" : "0.0";
        }

        var (digits, exponent) = ShortestDigits(value);
        var sign = value < 0 ? "-" : "";
        if (exponent is < -4 or >= 16)
        {
            var mantissa = digits.Length == 1 ? digits : $"{digits[0]}.{digits[1..]}";
            return $"{sign}{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        if (exponent < 0)
        {
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        }

        return digits.Length <= exponent + 1
            ? $"{sign}{digits.PadRight(exponent + 1, '0')}.0"
            : $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    /// <summary>The digits of .NET's shortest round-trip form, which are the same as Python's, and their decimal exponent.</summary>
    private static (string Digits, int Exponent) ShortestDigits(double value)
    {
        var text = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        var mark = text.IndexOf('E');
        var mantissa = mark < 0 ? text : text[..mark];
        var power = mark < 0 ? 0 : int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var point = mantissa.IndexOf('.');
        var digits = point < 0 ? mantissa : mantissa.Remove(point, 1);
        var leading = digits.Length - digits.TrimStart('0').Length;
        return (digits.Trim('0'), (point < 0 ? mantissa.Length : point) - 1 - leading + power);
    }

    private static void Write(StringBuilder builder, JsonNode? node)
    {
        switch (node)
        {
            case null:
                builder.Append("null");
                break;
            case JsonObject map:
                builder.Append('{');
                var separator = "";
                foreach (var (key, value) in map.OrderBy(entry => entry.Key, CodePointComparer.Instance))
                {
                    builder.Append(separator);
                    separator = ", ";
                    Write(builder, key);
                    builder.Append(": ");
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
                        builder.Append(", ");
                    }

                    Write(builder, list[i]);
                }

                builder.Append(']');
                break;
            default:
                WriteScalar(builder, node);
                break;
        }
    }

    private static void WriteScalar(StringBuilder builder, JsonNode node)
    {
        switch (node.GetValueKind())
        {
            case JsonValueKind.String:
                Write(builder, node.GetValue<string>());
                break;
            case JsonValueKind.Number:
                var text = node.ToJsonString();
                var isFloat = text.AsSpan().IndexOfAny('.', 'e', 'E') >= 0;
                if (isFloat)
                {
                    builder.Append(Float(double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture)));
                }
                else
                {
                    builder.Append(text == "-0" ? "0" : text);
                }

                break;
            default:
                builder.Append(node.ToJsonString());
                break;
        }
    }

    private static void Write(StringBuilder builder, string text)
    {
        builder.Append('"');
        foreach (var c in text)
        {
            if (c is >= ' ' and <= '~' and not ('"' or '\\'))
            {
                builder.Append(c);
            }
            else
            {
                JsonEscape.Append(builder, c);
            }
        }

        builder.Append('"');
    }
}

using System.Globalization;
using System.Numerics;
using System.Text;
using ComputeHorde.Emulator.Storage;

namespace ComputeHorde.Emulator.Python;

/// <summary>
/// Writes JSON the three ways the wire knows: Python's <c>json.dumps(sort_keys=True)</c> (signatures, protocol 3.2 and
/// 3.5), pydantic's <c>model_dump_json</c> (SignedFields, protocol 3.3; also the facilitator's answers, which are compact
/// and keep non-ASCII raw).
/// </summary>
internal static class PyJsonWriter
{
    /// <summary><c>json.dumps(value, sort_keys=True)</c>: ASCII, keys by code point, separators <c>", "</c> and <c>": "</c>.</summary>
    public static string DumpsSorted(object? value)
    {
        var output = new StringBuilder();
        WriteSorted(output, value);
        return output.ToString();
    }

    /// <summary>pydantic's compact form: key order kept, non-ASCII raw, short escapes.</summary>
    public static string Compact(object? value)
    {
        var output = new StringBuilder();
        WriteCompact(output, value);
        return output.ToString();
    }

    /// <summary>
    /// Appends <paramref name="value"/> in the compact form. <paramref name="file"/> takes the filed texts when their turn comes; without
    /// it they are read.
    /// </summary>
    public static void WriteCompact(StringBuilder output, object? value, Action<FiledText>? file = null)
    {
        switch (value)
        {
            case string text:
                WriteText(output, text, ascii: false);
                break;
            case FiledText text when file is not null:
                output.Append('"');
                file(text);
                output.Append('"');
                break;
            case FiledText text:
                output.Append('"').Append(text.Read()).Append('"');
                break;
            case PyList list:
                output.Append('[');
                for (int i = 0; i < list.Count; i++)
                {
                    WriteCompact(i == 0 ? output : output.Append(','), list[i], file);
                }

                output.Append(']');
                break;
            case PyDict map:
                output.Append('{');
                bool first = true;
                foreach ((string key, object? item) in map)
                {
                    WriteText(first ? output : output.Append(','), key, ascii: false);
                    WriteCompact(output.Append(':'), item, file);
                    first = false;
                }

                output.Append('}');
                break;
            case double real:
                output.Append(double.IsFinite(real) ? PyText.PydanticFloat(real) : "null");
                break;
            default:
                output.Append(Atom(value));
                break;
        }
    }

    /// <summary>Compares two keys by code point, as Python sorts text; .NET's ordinal order is by UTF-16 unit.</summary>
    public static int CompareByCodePoint(string left, string right)
    {
        int common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
        {
            return left.Length.CompareTo(right.Length);
        }

        // Surrogates (D800-DFFF) stand for code points above U+FFFF: they sort after U+E000-U+FFFF.
        return Rank(left[common]).CompareTo(Rank(right[common]));

        static int Rank(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
    }

    private static void WriteSorted(StringBuilder output, object? value)
    {
        switch (value)
        {
            case string text:
                WriteText(output, text, ascii: true);
                break;
            case PyList list:
                output.Append('[');
                for (int i = 0; i < list.Count; i++)
                {
                    WriteSorted(i == 0 ? output : output.Append(", "), list[i]);
                }

                output.Append(']');
                break;
            case PyDict map:
                output.Append('{');
                bool first = true;
                foreach ((string key, object? item) in map.OrderBy(p => p.Key, Comparer<string>.Create(CompareByCodePoint)))
                {
                    WriteText(first ? output : output.Append(", "), key, ascii: true);
                    WriteSorted(output.Append(": "), item);
                    first = false;
                }

                output.Append('}');
                break;
            case double real:
                output.Append(PyText.Float(real));
                break;
            default:
                output.Append(Atom(value));
                break;
        }
    }

    private static string Atom(object? value) =>
        value switch
        {
            null => "null",
            true => "true",
            false => "false",
            BigInteger integer => integer.ToString(CultureInfo.InvariantCulture),
            int integer => integer.ToString(CultureInfo.InvariantCulture),
            long integer => integer.ToString(CultureInfo.InvariantCulture),
            _ => throw new InvalidOperationException($"{value.GetType()} is no JSON value."),
        };

    private static void WriteText(StringBuilder output, string text, bool ascii)
    {
        output.Append('"');
        foreach (char c in text)
        {
            switch (c)
            {
                case '"':
                    output.Append("\\\"");
                    break;
                case '\\':
                    output.Append("\\\\");
                    break;
                case '\b':
                    output.Append("\\b");
                    break;
                case '\t':
                    output.Append("\\t");
                    break;
                case '\n':
                    output.Append("\\n");
                    break;
                case '\f':
                    output.Append("\\f");
                    break;
                case '\r':
                    output.Append("\\r");
                    break;
                default:
                    if (c < ' ' || (ascii && c > '~'))
                    {
                        output.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
                    }
                    else
                    {
                        output.Append(c);
                    }

                    break;
            }
        }

        output.Append('"');
    }
}

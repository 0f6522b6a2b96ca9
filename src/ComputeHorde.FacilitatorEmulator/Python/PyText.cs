using System.Globalization;
using System.Numerics;
using System.Text;

namespace ComputeHorde.Emulator.Python;

/// <summary>Python's views of text and numbers that the facilitator's answers and signatures depend on.</summary>
internal static class PyText
{
    /// <summary>Python's <c>str.strip()</c>: other white space than .NET's <c>Trim</c> (protocol 14.2).</summary>
    public static string Strip(string text)
    {
        int start = 0;
        int end = text.Length;
        while (start < end && IsSpace(text[start]))
        {
            start++;
        }

        while (end > start && IsSpace(text[end - 1]))
        {
            end--;
        }

        return text[start..end];
    }

    /// <summary>Python's <c>len(str)</c>: code points, where a lone surrogate counts as one.</summary>
    public static int Length(string text)
    {
        int length = text.Length;
        for (int i = 1; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text[i - 1], text[i]))
            {
                length--;
                i++;
            }
        }

        return length;
    }

    /// <summary>Python's <c>str(value)</c>.</summary>
    public static string Str(object? value) => value as string ?? Repr(value);

    /// <summary>Python's <c>repr(float)</c>: shortest digits, exponent outside 1e-4..1e16.</summary>
    public static string Float(double value) => Number(value, low: -4, high: 16, "e+", twoDigitExponent: true);

    /// <summary>pydantic's float text: as Python's, but the exponent has neither plus nor padding.</summary>
    public static string PydanticFloat(double value) => Number(value, low: -5, high: 16, "e", twoDigitExponent: false);

    /// <summary>True for a text holding half of a surrogate pair.</summary>
    public static bool HasLoneSurrogate(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                return true;
            }
        }

        return false;
    }

    private static string Repr(object? value) =>
        value switch
        {
            null => "None",
            true => "True",
            false => "False",
            BigInteger integer => integer.ToString(CultureInfo.InvariantCulture),
            double real => Float(real),
            string text => text.Contains('\'') && !text.Contains('"')
                ? $"\"{text}\""
                : $"'{text.Replace("'", "\\'", StringComparison.Ordinal)}'",
            PyList list => $"[{string.Join(", ", list.Select(Repr))}]",
            PyDict map => $"{{{string.Join(", ", map.Select(p => $"{Repr(p.Key)}: {Repr(p.Value)}"))}}}",
            _ => throw new InvalidOperationException($"{value.GetType()} is no JSON value."),
        };

    private static string Number(double value, int low, int high, string exponentMark, bool twoDigitExponent)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "NaN"
                : value > 0 ? "Infinity"
                : "-Infinity";
        }

        string scientific = value.ToString("E16", CultureInfo.InvariantCulture);
        string shortest = value.ToString("R", CultureInfo.InvariantCulture);
        string sign = scientific.StartsWith('-') ? "-" : "";
        if (value == 0)
        {
            return sign + "0.0";
        }

        int exponent = ShortestExponent(shortest.TrimStart('-'), out string digits);
        if (exponent >= low && exponent < high)
        {
            return sign + Positional(digits, exponent);
        }

        string mantissa = digits.Length == 1 ? digits : $"{digits[0]}.{digits[1..]}";
        string magnitude = Math.Abs(exponent).ToString(twoDigitExponent ? "00" : "0", CultureInfo.InvariantCulture);
        return exponent < 0 ? $"{sign}{mantissa}e-{magnitude}" : $"{sign}{mantissa}{exponentMark}{magnitude}";
    }

    /// <summary>Splits .NET's shortest text into its digits and the exponent of the first digit.</summary>
    private static int ShortestExponent(string shortest, out string digits)
    {
        int e = shortest.IndexOf('E', StringComparison.Ordinal);
        int scale = e < 0 ? 0 : int.Parse(shortest.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string mantissa = e < 0 ? shortest : shortest[..e];
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        string all = mantissa.Replace(".", "", StringComparison.Ordinal);
        int leading = all.Length - all.TrimStart('0').Length;
        digits = all.Trim('0');
        return (point < 0 ? all.Length : point) - 1 - leading + scale;
    }

    private static string Positional(string digits, int exponent)
    {
        if (exponent < 0)
        {
            return "0." + new string('0', -exponent - 1) + digits;
        }

        return digits.Length <= exponent + 1
            ? digits.PadRight(exponent + 1, '0') + ".0"
            : new StringBuilder(digits).Insert(exponent + 1, '.').ToString();
    }

    private static bool IsSpace(char c) =>
        c
            is (>= '\t' and <= '\r')
                or (>= '\u001C' and <= '\u001F')
                or ' '
                or '\u0085'
                or '\u00A0'
                or '\u1680'
                or (>= '\u2000' and <= '\u200A')
                or '\u2028'
                or '\u2029'
                or '\u202F'
                or '\u205F'
                or '\u3000';
}

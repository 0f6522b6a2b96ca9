using System.Globalization;

namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>A number of any magnitude as it is written: its first digits, and the power of ten of the first of them.</summary>
/// <param name="Digits">At least 1 and less than 10, with its sign; 0 for zero.</param>
internal sealed record DecimalNumber(double Digits, long Exponent)
{
    /// <summary>What the digits that are read may differ by although the numbers are the same.</summary>
    public const double Precision = 1e-15;

    private const int MostDigits = 18;

    /// <summary>Whether it is written in digits, and not as a word.</summary>
    public static bool IsWritten(ReadOnlySpan<char> text) => text.ContainsAnyInRange('0', '9');

    /// <summary>Whether a double makes a number infinite or zero that is not.</summary>
    /// <param name="parsed">What a double makes of it.</param>
    public static bool IsBeyondDouble(ReadOnlySpan<char> text, double parsed) =>
        (double.IsInfinity(parsed) && IsWritten(text)) || (parsed == 0 && MantissaOf(text).ContainsAnyInRange('1', '9'));

    /// <summary>Reads digits with a point and an exponent.</summary>
    /// <exception cref="UnreadableContentException">The exponent is absurd.</exception>
    public static DecimalNumber Parse(ReadOnlySpan<char> text)
    {
        var mantissa = MantissaOf(text);
        var first = mantissa.IndexOfAnyInRange('1', '9');
        if (first < 0)
        {
            return new DecimalNumber(0, 0);
        }

        var point = mantissa.IndexOf('.');
        var power = point < 0 ? mantissa.Length - first - 1L : point - first - (first < point ? 1L : 0L);
        var exponent = ExponentOf(text[mantissa.Length..]);
        Span<char> digits = stackalloc char[MostDigits + 1];
        var length = 0;
        foreach (var character in mantissa[first..Math.Min(mantissa.Length, first + MostDigits)])
        {
            if (character != '.')
            {
                digits[length++] = character;
                if (length == 1)
                {
                    digits[length++] = '.';
                }
            }
        }

        var value = double.Parse(digits[..length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        return new DecimalNumber(text[0] == '-' ? -value : value, power + exponent);
    }

    /// <summary>Whether this is within the tolerances of a trusted number.</summary>
    public bool IsClose(DecimalNumber expected, ComparisonSettings settings)
    {
        var power =
            Digits == 0 ? expected.Exponent
            : expected.Digits == 0 ? Exponent
            : Math.Max(Exponent, expected.Exponent);
        var scaled = settings with { Atol = settings.Atol == 0 ? 0 : settings.Atol * PowerOfTen(-power) };
        return scaled.IsClose(ScaledBy(-power), expected.ScaledBy(-power));
    }

    private double ScaledBy(long power) => Digits == 0 ? 0 : Digits * PowerOfTen(Exponent + power);

    private static double PowerOfTen(long exponent) => Math.Pow(10, exponent);

    private static ReadOnlySpan<char> MantissaOf(ReadOnlySpan<char> text)
    {
        var exponent = text.IndexOfAny('e', 'E');
        return exponent < 0 ? text : text[..exponent];
    }

    private static long ExponentOf(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return 0;
        }

        var digits = text[1..].TrimStart("+-").TrimStart('0');
        if (digits.Length > 15)
        {
            throw new UnreadableContentException("a number has an exponent of more than 15 digits");
        }

        var value = digits.IsEmpty ? 0 : long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        return text[1] == '-' ? -value : value;
    }
}

using System.Globalization;
using System.Numerics;

namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>Numbers as they are written, compared within tolerances: the spelling (1, 1.0, 1e0, -0.0) does not count.</summary>
internal static class Numbers
{
    /// <summary>A double holds every integer of so many digits; longer ones are compared by all of their digits.</summary>
    private const int ExactDigits = 15;

    /// <summary>Of longer integers only the first digits are compared: reading all of them would take too long.</summary>
    private const int MostDigits = 1000;

    private const int ScaleBits = 80;

    public static double Parse(ReadOnlySpan<char> text)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        // Python and C write "inf", which .NET does not read.
        return text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
    }

    /// <summary>Whether a number that a miner wrote is within the tolerances of the trusted one.</summary>
    public static bool AreClose(ReadOnlySpan<char> actual, ReadOnlySpan<char> expected, ComparisonSettings settings)
    {
        if (actual.SequenceEqual(expected))
        {
            return true;
        }

        if ((actual.Length > ExactDigits || expected.Length > ExactDigits) && IsInteger(actual) && IsInteger(expected))
        {
            return AreClose(
                BigInteger.Parse(actual, NumberStyles.AllowLeadingSign),
                BigInteger.Parse(expected, NumberStyles.AllowLeadingSign),
                settings
            );
        }

        var (a, b) = (Parse(actual), Parse(expected));
        return DecimalNumber.IsBeyondDouble(actual, a) || DecimalNumber.IsBeyondDouble(expected, b)
            ? AreCloseBeyondDouble(actual, expected, settings)
            : settings.IsClose(a, b);
    }

    public static bool AreClose(BigInteger actual, BigInteger expected, ComparisonSettings settings)
    {
        var difference = BigInteger.Abs(actual - expected);
        if (difference.IsZero)
        {
            return true;
        }

        // In fixed point, because a double of a large integer has lost the digits that differ.
        var (rtol, atol) = (Math.ScaleB(settings.Rtol, ScaleBits), Math.ScaleB(settings.Atol, ScaleBits));
        return !double.IsFinite(rtol)
            || !double.IsFinite(atol)
            || difference << ScaleBits <= new BigInteger(atol) + (new BigInteger(rtol) * BigInteger.Abs(expected));
    }

    /// <summary>
    /// Numbers that a double would make infinite or zero, and by that the same as each other: compared by their first digits and their
    /// magnitude.
    /// </summary>
    /// <exception cref="UnreadableContentException">The digits that are read do not tell.</exception>
    private static bool AreCloseBeyondDouble(ReadOnlySpan<char> actual, ReadOnlySpan<char> expected, ComparisonSettings settings)
    {
        if (!DecimalNumber.IsWritten(actual) || !DecimalNumber.IsWritten(expected))
        {
            return settings.IsClose(Parse(actual), Parse(expected));
        }

        if (!DecimalNumber.Parse(actual).IsClose(DecimalNumber.Parse(expected), settings))
        {
            return false;
        }

        return settings.Rtol >= DecimalNumber.Precision || !IsAllDigits(actual) || !IsAllDigits(expected)
            ? true
            : throw new UnreadableContentException($"both hold an integer of more than {MostDigits} digits");
    }

    private static bool IsInteger(ReadOnlySpan<char> text) => text.Length <= MostDigits && IsAllDigits(text);

    private static bool IsAllDigits(ReadOnlySpan<char> text) =>
        !(text[0] is '-' or '+' ? text[1..] : text).ContainsAnyExceptInRange('0', '9');
}

using System.Globalization;

namespace ComputeHorde.Functions.Local.Timers;

/// <summary>One field of a CRON expression, as a set of numbers below 64.</summary>
internal readonly struct CronField
{
    public static readonly string[] Months =
    [
        "JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY", "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER",
    ];

    public static readonly string[] Weekdays = ["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"];

    private const int ShortestName = 3;

    private readonly ulong _bits;

    private CronField(ulong bits) => _bits = bits;

    /// <exception cref="FormatException">The text is not valid for the field; the message names both.</exception>
    public static CronField Parse(string field, string text, int minimum, int maximum, string[]? names = null)
    {
        var bits = 0UL;
        foreach (var part in text.Split(','))
        {
            var (from, to, step) = ParsePart(part) ?? throw new FormatException(
                $"field '{field}' has '{part}', which is not *, a number from {minimum} to {maximum}, a range, or one of these with /step");
            for (var value = from; value <= to; value += step)
                bits |= 1UL << value;
        }

        return new CronField(bits);

        (int From, int To, int Step)? ParsePart(string part)
        {
            var slash = part.IndexOf('/');
            var step = 1;
            if (slash >= 0 && (!int.TryParse(part.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out step) || step == 0))
                return null;

            var range = slash < 0 ? part : part[..slash];
            if (range is "*" or "?")
                return (minimum, maximum, step);

            var dash = range.IndexOf('-');
            var from = Number(dash < 0 ? range : range[..dash]);
            var to = dash >= 0 ? Number(range[(dash + 1)..]) : slash >= 0 ? maximum : from;
            return from is null || to is null || from > to ? null : (from.Value, to.Value, step);
        }

        int? Number(string value)
        {
            var name = names is null || value.Length < ShortestName ? -1
                : Array.FindIndex(names, name => name.StartsWith(value, StringComparison.OrdinalIgnoreCase));
            if (name >= 0)
                return name + minimum;
            return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= minimum && number <= maximum
                ? number
                : null;
        }
    }

    /// <summary>How many numbers the field holds.</summary>
    public int Count => System.Numerics.BitOperations.PopCount(_bits);

    public bool Contains(int value) => (_bits >> value & 1) == 1;

    /// <summary>The smallest number that is not less than <paramref name="from"/>.</summary>
    public int? Next(int from)
    {
        var rest = from > 63 ? 0 : _bits >> from;
        return rest == 0 ? null : from + System.Numerics.BitOperations.TrailingZeroCount(rest);
    }
}

using System.Globalization;
using System.Text;

namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>
/// <c>numeric-tolerance</c>: arrays in NumPy's .npy format, or texts of numbers separated by white space, commas or semicolons, within the
/// tolerances. Shape and count are exact; words between the numbers have to be the same.
/// </summary>
internal sealed class NumericToleranceComparer : ContentComparer
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public override string Name => "numeric-tolerance";

    protected override Comparison? Compare(string path, ReadOnlyMemory<byte> untrusted, ReadOnlyMemory<byte> trusted, ComparisonSettings settings)
    {
        if (NpyArray.TryRead(trusted, out var expected))
        {
            return NpyArray.TryRead(untrusted, out var actual)
                ? Report(path, Difference(actual, expected, settings))
                : Comparison.Mismatch($"'{path}' is not an array in .npy format");
        }

        if (Tokens(trusted) is not { } ours || !ours.Any(static token => Number(token) is not null))
        {
            return null;
        }

        return Tokens(untrusted) is { } theirs ? Report(path, Difference(theirs, ours, settings)) : Comparison.Mismatch($"'{path}' is not text");
    }

    private static Comparison Report(string path, string? difference) =>
        difference is null ? Comparison.Match($"'{path}' agrees") : Comparison.Mismatch($"'{path}' differs: {difference}");

    private static string? Difference(NpyArray actual, NpyArray expected, ComparisonSettings settings)
    {
        if (!actual.Shape.SequenceEqual(expected.Shape))
        {
            return $"shape ({string.Join(", ", actual.Shape)}) instead of ({string.Join(", ", expected.Shape)})";
        }

        for (var index = 0; index < expected.Count; index++)
        {
            if (!settings.IsClose(actual[index], expected[index]))
            {
                return $"element {index} is out of tolerance";
            }
        }

        return null;
    }

    private static string? Difference(string[] actual, string[] expected, ComparisonSettings settings)
    {
        if (actual.Length != expected.Length)
        {
            return $"{actual.Length} numbers and words instead of {expected.Length}";
        }

        for (var index = 0; index < expected.Length; index++)
        {
            var agrees = Number(expected[index]) is { } ours
                ? Number(actual[index]) is { } theirs && settings.IsClose(theirs, ours)
                : actual[index] == expected[index];
            if (!agrees)
            {
                return $"number or word {index + 1} is out of tolerance";
            }
        }

        return null;
    }

    private static string[]? Tokens(ReadOnlyMemory<byte> content)
    {
        try
        {
            return StrictUtf8.GetString(content.Span).Split([' ', '\t', '\r', '\n', ',', ';', '[', ']', '(', ')'], StringSplitOptions.RemoveEmptyEntries);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static double? Number(string token) => double.TryParse(token, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
}

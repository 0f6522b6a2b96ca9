using System.IO.Pipelines;

namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>
/// <c>numeric-tolerance</c>: arrays in NumPy's .npy format, or texts with numbers in them. Numbers agree within the tolerances, the words
/// between them exactly; shapes and counts have to be the same. Reads piece by piece, so that the size of a content costs no memory.
/// </summary>
internal sealed class NumericToleranceComparer : ContentComparer
{
    public override string Name => "numeric-tolerance";

    protected override async Task<string?> FindDifferenceAsync(
        ContentHandle untrusted,
        ContentHandle trusted,
        ComparisonSettings settings,
        CancellationToken cancellationToken
    )
    {
        await using var theirs = await untrusted.OpenAsync(cancellationToken);
        await using var ours = await trusted.OpenAsync(cancellationToken);
        var (actual, expected) = (PipeReader.Create(theirs), PipeReader.Create(ours));
        var isArray = await NpyHeader.StartsWithMagicAsync(expected, cancellationToken);
        if (isArray != await NpyHeader.StartsWithMagicAsync(actual, cancellationToken))
        {
            throw untrusted.Unreadable(
                isArray ? "is not an array in .npy format, as the trusted one is" : "is an array in .npy format, and the trusted one is not"
            );
        }

        if (isArray)
        {
            return await new NpyComparison(untrusted, trusted, settings).FindDifferenceAsync(
                actual.AsStream(),
                expected.AsStream(),
                cancellationToken
            );
        }

        using var actualText = new NumericTextReader(untrusted, actual.AsStream());
        using var expectedText = new NumericTextReader(trusted, expected.AsStream());
        return await FindTextDifferenceAsync(actualText, expectedText, settings, cancellationToken);
    }

    private static async Task<string?> FindTextDifferenceAsync(
        NumericTextReader actual,
        NumericTextReader expected,
        ComparisonSettings settings,
        CancellationToken cancellationToken
    )
    {
        string? difference = null;
        var hasNumber = false;
        for (var piece = 1L; ; piece++)
        {
            var hasMore = await expected.ReadAsync(cancellationToken);
            hasNumber |= hasMore && expected.IsNumber;
            if (difference is null)
            {
                difference =
                    hasMore != await actual.ReadAsync(cancellationToken)
                        ? $"it {(hasMore ? "ends" : "goes on")} after {piece - 1} numbers and words"
                    : hasMore && !Agree(actual, expected, settings) ? $"number or word {piece} is out of tolerance"
                    : null;
            }

            // Only a text with numbers in it is what this comparer was chosen for, and so able to accuse somebody.
            if (!hasMore || (difference is not null && hasNumber))
            {
                return hasNumber ? difference : throw expected.Unreadable("holds no number");
            }
        }
    }

    private static bool Agree(NumericTextReader actual, NumericTextReader expected, ComparisonSettings settings)
    {
        if (actual.Piece.SequenceEqual(expected.Piece))
        {
            return true;
        }

        if (actual.IsCut || expected.IsCut)
        {
            // The value of a part says nothing about the value of the number.
            throw (actual.IsCut ? actual : expected).Unreadable("holds a number that is too long to be read");
        }

        return expected.IsNumber && actual.IsNumber && Numbers.AreClose(actual.Piece, expected.Piece, settings);
    }
}

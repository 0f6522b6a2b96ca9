namespace ComputeHorde.Cryptography;

/// <summary>
/// Sums of products of points and scalars, for public inputs only: the time depends on them. Straus's method on non-adjacent forms
/// (Handbook of Elliptic and Hyperelliptic Curve Cryptography, algorithms 9.20 and 9.35): all products share their doublings.
/// </summary>
internal static class VariableTimeMultiply
{
    private const int DigitCount = 256;
    private const int PointWidth = 5;
    private const int PointTableLength = 1 << (PointWidth - 2);
    private const int BaseWidth = 8;
    private const int BaseTableLength = 1 << (BaseWidth - 2);
    private const int TermsOnStack = 2;

    /// <summary>Odd multiples 1 to 127 of the generator B, 8 KiB.</summary>
    private static readonly AffinePoint[] s_low = MakeBaseTable(BasePointTable.Generator);

    /// <summary>Odd multiples 1 to 127 of 2^127·B: with it, a product with the generator takes half the doublings.</summary>
    private static readonly AffinePoint[] s_high = MakeBaseTable(BasePointTable.Generator.Double(Scalar.HalfBits));

    /// <summary>b·B + Σ scalars[i]·points[i]. Nothing is allocated for two points.</summary>
    internal static EdwardsPoint Sum(in Scalar b, ReadOnlySpan<Scalar> scalars, ReadOnlySpan<EdwardsPoint> points)
    {
        var onStack = points.Length <= TermsOnStack;
        Span<CachedPoint> tables = onStack
            ? stackalloc CachedPoint[TermsOnStack * PointTableLength]
            : new CachedPoint[points.Length * PointTableLength];
        Span<sbyte> digits = onStack ? stackalloc sbyte[TermsOnStack * DigitCount] : new sbyte[points.Length * DigitCount];
        Span<sbyte> lowDigits = stackalloc sbyte[DigitCount];
        Span<sbyte> highDigits = stackalloc sbyte[DigitCount];

        var (low, high) = b.Halves();
        var top = ToNonAdjacentForm(low, BaseWidth, lowDigits);
        top = Math.Max(top, ToNonAdjacentForm(high, BaseWidth, highDigits));
        for (var i = 0; i < points.Length; i++)
        {
            top = Math.Max(top, ToNonAdjacentForm(scalars[i], PointWidth, digits.Slice(i * DigitCount, DigitCount)));
            FillTable(points[i], tables.Slice(i * PointTableLength, PointTableLength));
        }

        var sum = ProjectivePoint.Identity;
        var result = EdwardsPoint.Identity;
        for (var position = top; position >= 0; position--)
        {
            sum.Double(out var step);
            for (var i = 0; i < points.Length; i++)
            {
                AddMultiple(ref step, tables.Slice(i * PointTableLength, PointTableLength), digits[(i * DigitCount) + position]);
            }

            AddMultiple(ref step, s_low, lowDigits[position]);
            AddMultiple(ref step, s_high, highDigits[position]);
            if (position > 0)
            {
                step.ToProjective(out sum);
            }
            else
            {
                step.ToExtended(out result);
            }
        }

        return result;
    }

    /// <summary>
    /// Odd or zero digits with |d| below 2^(width-1), at most one of which in <paramref name="width"/> neighbours is not zero, and
    /// scalar = Σ d[i]·2^i.
    /// </summary>
    /// <returns>The position of the highest digit that is not zero, or -1.</returns>
    internal static int ToNonAdjacentForm(in Scalar scalar, int width, Span<sbyte> digits)
    {
        digits.Clear();
        var window = 1UL << width;
        ulong carry = 0;
        var position = 0;
        var top = -1;
        while (position < DigitCount)
        {
            int word = position / 64, bit = position % 64;
            var bits = scalar.Words[word] >> bit;
            if (bit > 64 - width && word < 3)
            {
                bits |= scalar.Words[word + 1] << (64 - bit);
            }

            var value = carry + (bits & (window - 1));
            if ((value & 1) == 0)
            {
                position++;
                continue;
            }

            carry = value >> (width - 1);
            digits[position] = (sbyte)((long)value - (long)(carry << width));
            top = position;
            position += width;
        }

        return top;
    }

    private static void AddMultiple(ref CompletedPoint sum, ReadOnlySpan<CachedPoint> table, int digit)
    {
        if (digit > 0)
        {
            sum.ToExtended(out var point);
            point.Add(table[digit >> 1], out sum);
        }
        else if (digit < 0)
        {
            sum.ToExtended(out var point);
            point.Subtract(table[-digit >> 1], out sum);
        }
    }

    private static void AddMultiple(ref CompletedPoint sum, ReadOnlySpan<AffinePoint> table, int digit)
    {
        if (digit > 0)
        {
            sum.ToExtended(out var point);
            point.Add(table[digit >> 1], out sum);
        }
        else if (digit < 0)
        {
            sum.ToExtended(out var point);
            point.Subtract(table[-digit >> 1], out sum);
        }
    }

    private static void FillTable(in EdwardsPoint point, Span<CachedPoint> table)
    {
        var twice = new CachedPoint(point.Double(1));
        var odd = point;
        table[0] = new(odd);
        for (var i = 1; i < table.Length; i++)
        {
            odd.Add(twice, out var next);
            next.ToExtended(out odd);
            table[i] = new(odd);
        }
    }

    private static AffinePoint[] MakeBaseTable(in EdwardsPoint point)
    {
        var points = new EdwardsPoint[BaseTableLength];
        points[0] = point;
        var twice = point.Double(1);
        for (var i = 1; i < points.Length; i++)
        {
            points[i] = points[i - 1] + twice;
        }

        var entries = new AffinePoint[points.Length];
        AffinePoint.FromPoints(points, entries);
        return entries;
    }
}

namespace ComputeHorde.Cryptography;

/// <summary>
/// a·A + b·B with B the generator, for public inputs only: the time depends on the scalars. Straus's method on
/// non-adjacent forms (Handbook of Elliptic and Hyperelliptic Curve Cryptography, algorithms 9.20 and 9.35).
/// </summary>
internal static class VariableTimeMultiply
{
    private const int DigitCount = 256;
    private const int PointWidth = 5;
    private const int BaseWidth = 8;

    /// <summary>B, 3B, 5B ... 127B: 8 KiB.</summary>
    private static readonly AffinePoint[] s_base = MakeBaseTable();

    internal static EdwardsPoint AddProducts(in Scalar a, in EdwardsPoint point, in Scalar b)
    {
        Span<sbyte> aDigits = stackalloc sbyte[DigitCount];
        Span<sbyte> bDigits = stackalloc sbyte[DigitCount];
        ToNonAdjacentForm(a, PointWidth, aDigits);
        ToNonAdjacentForm(b, BaseWidth, bDigits);

        Span<CachedPoint> table = stackalloc CachedPoint[1 << (PointWidth - 2)];
        var twice = new CachedPoint(point.Double());
        var odd = point;
        table[0] = new(odd);
        for (var i = 1; i < table.Length; i++)
        {
            odd = odd.Add(twice).ToExtended();
            table[i] = new(odd);
        }

        var top = DigitCount - 1;
        while (top >= 0 && aDigits[top] == 0 && bDigits[top] == 0)
        {
            top--;
        }

        var sum = ProjectivePoint.Identity;
        var result = EdwardsPoint.Identity;
        for (var i = top; i >= 0; i--)
        {
            var step = sum.Double();
            int aDigit = aDigits[i], bDigit = bDigits[i];
            if (aDigit != 0)
            {
                step = aDigit > 0 ? step.ToExtended().Add(table[aDigit >> 1]) : step.ToExtended().Subtract(table[-aDigit >> 1]);
            }

            if (bDigit != 0)
            {
                step = bDigit > 0 ? step.ToExtended().Add(s_base[bDigit >> 1]) : step.ToExtended().Subtract(s_base[-bDigit >> 1]);
            }

            if (i == 0)
            {
                result = step.ToExtended();
            }
            else
            {
                sum = step.ToProjective();
            }
        }

        return result;
    }

    /// <summary>
    /// Odd or zero digits with |d| below 2^(width-1), at most one of which in <paramref name="width"/> neighbours is not zero, and
    /// scalar = Σ d[i]·2^i.
    /// </summary>
    internal static void ToNonAdjacentForm(in Scalar scalar, int width, Span<sbyte> digits)
    {
        digits.Clear();
        var window = 1UL << width;
        ulong carry = 0;
        var position = 0;
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
            position += width;
        }
    }

    private static AffinePoint[] MakeBaseTable()
    {
        var points = new EdwardsPoint[1 << (BaseWidth - 2)];
        points[0] = BasePointTable.Generator;
        var twice = new CachedPoint(points[0].Double());
        for (var i = 1; i < points.Length; i++)
        {
            points[i] = points[i - 1].Add(twice).ToExtended();
        }

        var entries = new AffinePoint[points.Length];
        AffinePoint.FromPoints(points, entries);
        return entries;
    }
}

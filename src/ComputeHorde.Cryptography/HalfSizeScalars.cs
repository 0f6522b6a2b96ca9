namespace ComputeHorde.Cryptography;

/// <summary>
/// Writes a public scalar k as a fraction of two scalars of half its length, so that k·A = S can be checked with half the doublings
/// (Antipa et al., "Accelerated Verification of ECDSA Signatures", SAC 2005; Pornin, IACR ePrint 2020/454). Variable time.
/// </summary>
internal static class HalfSizeScalars
{
    /// <summary>Finds numerator ≡ k · denominator modulo L, both below 2^127 and the denominator not zero.</summary>
    /// <param name="k">The scalar.</param>
    /// <param name="numerator">Below 2^127.</param>
    /// <param name="denominator">The absolute value of the denominator, 1 to 2^127 - 1.</param>
    /// <returns>Whether the denominator is negative.</returns>
    /// <remarks>
    /// Euclid's algorithm on L and k with shifts for divisions: each remainder r has a cofactor t with r ≡ t·k and |t| at most L over the
    /// remainder before. Cofactors of neighbours have opposite signs, so absolute values and one sign suffice.
    /// </remarks>
    internal static bool Split(in Scalar k, out Scalar numerator, out Scalar denominator)
    {
        var larger = new Number(Scalar.OrderHigh, Scalar.OrderLow);
        var smaller = new Number(new UInt128(k.Words[3], k.Words[2]), new UInt128(k.Words[1], k.Words[0]));
        UInt128 largerCofactor = 0, smallerCofactor = 1;
        var negative = false;
        while (smaller.BitLength > Scalar.HalfBits)
        {
            var shift = larger.BitLength - smaller.BitLength;
            var multiple = smaller << shift;
            if (larger < multiple)
            {
                shift--;
                multiple = smaller << shift;
            }

            larger -= multiple;
            largerCofactor += smallerCofactor << shift;
            if (larger < smaller)
            {
                (larger, smaller) = (smaller, larger);
                (largerCofactor, smallerCofactor) = (smallerCofactor, largerCofactor);
                negative = !negative;
            }
        }

        numerator = Scalar.FromUInt128(smaller.Low);
        denominator = Scalar.FromUInt128(smallerCofactor);
        return negative;
    }

    /// <summary>A number below 2^256.</summary>
    private readonly struct Number(UInt128 high, UInt128 low)
    {
        internal readonly UInt128 High = high, Low = low;

        internal int BitLength => High == 0
            ? 128 - (int)UInt128.LeadingZeroCount(Low)
            : 256 - (int)UInt128.LeadingZeroCount(High);

        public static Number operator <<(in Number a, int shift) => shift switch
        {
            0 => a,
            < 128 => new((a.High << shift) | (a.Low >> (128 - shift)), a.Low << shift),
            _ => new(a.Low << (shift - 128), 0),
        };

        public static Number operator -(in Number a, in Number b) => new(a.High - b.High - (a.Low < b.Low ? UInt128.One : 0), a.Low - b.Low);

        public static bool operator <(in Number a, in Number b) => a.High < b.High || (a.High == b.High && a.Low < b.Low);

        public static bool operator >(in Number a, in Number b) => b < a;
    }
}

using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace ComputeHorde.Cryptography;

/// <summary>
/// An element of GF(2^255 - 19), the field of Curve25519 (RFC 7748 section 4.1, RFC 9496 section 4.1). Encoded in 32 bytes, little-endian.
/// </summary>
/// <remarks>
/// Five limbs in radix 2^51. Products leave limbs below 2^51 + 2^15 ("tight"); sums and differences of tight elements stay below
/// 2^54, which is what a product accepts ("loose"). Every operation takes the same time whatever the values.
/// </remarks>
internal readonly struct FieldElement
{
    /// <summary>Size of an encoded element, in bytes.</summary>
    internal const int Size = 32;

    private const ulong Mask = (1UL << 51) - 1;

    // Limbs of 4p, the multiple of the modulus that keeps differences positive.
    private const ulong FourP0 = 4 * (Mask - 18);
    private const ulong FourP = 4 * Mask;

    internal readonly ulong L0, L1, L2, L3, L4;

    internal FieldElement(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4) => (L0, L1, L2, L3, L4) = (l0, l1, l2, l3, l4);

    internal static FieldElement Zero => default;

    internal static FieldElement One => new(1, 0, 0, 0, 0);

    /// <summary>The non-negative square root of -1.</summary>
    internal static FieldElement SqrtMinusOne =>
        new(1718705420411056, 234908883556509, 2233514472574048, 2117202627021982, 765476049583133);

    /// <summary>Reads 32 little-endian bytes, ignoring the top bit, as a number that may be p or more.</summary>
    internal static FieldElement FromBytes(ReadOnlySpan<byte> bytes)
    {
        var w0 = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        var w1 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        var w2 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        var w3 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]);
        return new(
            w0 & Mask,
            ((w0 >> 51) | (w1 << 13)) & Mask,
            ((w1 >> 38) | (w2 << 26)) & Mask,
            ((w2 >> 25) | (w3 << 39)) & Mask,
            (w3 >> 12) & Mask);
    }

    /// <summary>Writes the canonical 32 bytes.</summary>
    internal void CopyTo(Span<byte> destination)
    {
        var t = Canonical();
        BinaryPrimitives.WriteUInt64LittleEndian(destination, t.L0 | (t.L1 << 51));
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], (t.L1 >> 13) | (t.L2 << 38));
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], (t.L2 >> 26) | (t.L3 << 25));
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], (t.L3 >> 39) | (t.L4 << 12));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FieldElement operator +(in FieldElement a, in FieldElement b) =>
        new(a.L0 + b.L0, a.L1 + b.L1, a.L2 + b.L2, a.L3 + b.L3, a.L4 + b.L4);

    /// <summary>a - b; limbs of <paramref name="b"/> must not exceed those of 4p, that is about 2^53.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FieldElement operator -(in FieldElement a, in FieldElement b) =>
        new(a.L0 + FourP0 - b.L0, a.L1 + FourP - b.L1, a.L2 + FourP - b.L2, a.L3 + FourP - b.L3, a.L4 + FourP - b.L4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FieldElement operator -(in FieldElement a) => Zero - a;

    /// <summary>a · b for loose operands; the result is tight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FieldElement operator *(in FieldElement a, in FieldElement b)
    {
        Multiply(a, b, out var product);
        return product;
    }

    /// <summary>a · b for loose operands; the result is tight, and may be one of the operands.</summary>
    /// <remarks>
    /// Operands are shifted by 10 and 3 bits, so that the high half of each 128-bit product is the product divided by 2^51 and the
    /// low half, shifted back by 13, the remainder: halves add up in 64 bits without carries between them. The result goes straight
    /// to its place, because a copy in wider pieces than were written would wait for the stores to finish.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    internal static void Multiply(in FieldElement a, in FieldElement b, out FieldElement product)
    {
        ulong a0 = a.L0 << 10, a1 = a.L1 << 10, a2 = a.L2 << 10, a3 = a.L3 << 10, a4 = a.L4 << 10;
        ulong b0 = b.L0 << 3, b1 = b.L1 << 3, b2 = b.L2 << 3, b3 = b.L3 << 3, b4 = b.L4 << 3;
        ulong c1 = b1 * 19, c2 = b2 * 19, c3 = b3 * 19, c4 = b4 * 19;
        ulong h0 = 0, h1 = 0, h2 = 0, h3 = 0, h4 = 0, l0 = 0, l1 = 0, l2 = 0, l3 = 0, l4 = 0;

        MultiplyAdd(ref h4, ref l4, a0, b4);
        MultiplyAdd(ref h4, ref l4, a1, b3);
        MultiplyAdd(ref h4, ref l4, a2, b2);
        MultiplyAdd(ref h4, ref l4, a3, b1);
        MultiplyAdd(ref h4, ref l4, a4, b0);

        MultiplyAdd(ref h0, ref l0, a0, b0);
        MultiplyAdd(ref h0, ref l0, a1, c4);
        MultiplyAdd(ref h0, ref l0, a2, c3);
        MultiplyAdd(ref h0, ref l0, a3, c2);
        MultiplyAdd(ref h0, ref l0, a4, c1);

        MultiplyAdd(ref h1, ref l1, a0, b1);
        MultiplyAdd(ref h1, ref l1, a1, b0);
        MultiplyAdd(ref h1, ref l1, a2, c4);
        MultiplyAdd(ref h1, ref l1, a3, c3);
        MultiplyAdd(ref h1, ref l1, a4, c2);

        MultiplyAdd(ref h2, ref l2, a0, b2);
        MultiplyAdd(ref h2, ref l2, a1, b1);
        MultiplyAdd(ref h2, ref l2, a2, b0);
        MultiplyAdd(ref h2, ref l2, a3, c4);
        MultiplyAdd(ref h2, ref l2, a4, c3);

        MultiplyAdd(ref h3, ref l3, a0, b3);
        MultiplyAdd(ref h3, ref l3, a1, b2);
        MultiplyAdd(ref h3, ref l3, a2, b1);
        MultiplyAdd(ref h3, ref l3, a3, b0);
        MultiplyAdd(ref h3, ref l3, a4, c4);

        product = Carry(l0 + (h4 * 19), l1 + h0, l2 + h1, l3 + h2, l4 + h3);
    }

    /// <summary>The square of a loose element, with 15 instead of 25 products; the result is tight, and may be the operand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    internal static void Square(in FieldElement a, out FieldElement square)
    {
        ulong a0 = a.L0 << 10, a1 = a.L1 << 10, a2 = a.L2 << 10, a3 = a.L3 << 10;
        ulong b0 = a.L0 << 3, d1 = a.L1 << 4, d2 = a.L2 << 4, d3 = a.L3 << 4, d4 = a.L4 << 4;
        ulong c3 = (a.L3 << 3) * 19, c4 = (a.L4 << 3) * 19, e4 = d4 * 19;
        ulong h0 = 0, h1 = 0, h2 = 0, h3 = 0, h4 = 0, l0 = 0, l1 = 0, l2 = 0, l3 = 0, l4 = 0;

        MultiplyAdd(ref h4, ref l4, a0, d4);
        MultiplyAdd(ref h4, ref l4, a1, d3);
        MultiplyAdd(ref h4, ref l4, a2, a.L2 << 3);

        MultiplyAdd(ref h0, ref l0, a0, b0);
        MultiplyAdd(ref h0, ref l0, a1, e4);
        MultiplyAdd(ref h0, ref l0, a2, d3 * 19);

        MultiplyAdd(ref h1, ref l1, a0, d1);
        MultiplyAdd(ref h1, ref l1, a2, e4);
        MultiplyAdd(ref h1, ref l1, a3, c3);

        MultiplyAdd(ref h2, ref l2, a0, d2);
        MultiplyAdd(ref h2, ref l2, a1, a.L1 << 3);
        MultiplyAdd(ref h2, ref l2, a3, e4);

        MultiplyAdd(ref h3, ref l3, a0, d3);
        MultiplyAdd(ref h3, ref l3, a1, d2);
        MultiplyAdd(ref h3, ref l3, a.L4 << 10, c4);

        square = Carry(l0 + (h4 * 19), l1 + h0, l2 + h1, l3 + h2, l4 + h3);
    }

    /// <summary>The square of a loose element; the result is tight.</summary>
    internal FieldElement Square()
    {
        Square(this, out var square);
        return square;
    }

    /// <summary>This element squared <paramref name="count"/> times, which is its 2^count-th power.</summary>
    internal FieldElement Square(int count)
    {
        Square(this, out var result);
        for (var i = 1; i < count; i++)
        {
            Square(result, out result);
        }

        return result;
    }

    /// <summary>1 / a, and zero for zero: a^(p-2).</summary>
    internal FieldElement Invert()
    {
        var power = PowerOf250(out var eleven);
        return power.Square(5) * eleven;
    }

    /// <summary>a^((p-5)/8), the heart of the square root (RFC 9496 section 4.2).</summary>
    private FieldElement PowerP58() => PowerOf250(out _).Square(2) * this;

    /// <summary>a^(2^250 - 1), and a^11 on the way.</summary>
    private FieldElement PowerOf250(out FieldElement eleven)
    {
        var two = Square();
        var nine = two.Square(2) * this;
        eleven = nine * two;
        var p5 = eleven.Square() * nine;
        var p10 = p5.Square(5) * p5;
        var p20 = p10.Square(10) * p10;
        var p40 = p20.Square(20) * p20;
        var p50 = p40.Square(10) * p10;
        var p100 = p50.Square(50) * p50;
        var p200 = p100.Square(100) * p100;
        return p200.Square(50) * p50;
    }

    /// <summary>
    /// SQRT_RATIO_M1 of RFC 9496 section 4.2: the non-negative square root of u/v, or of i·u/v when u/v is not a square.
    /// </summary>
    /// <returns>All ones when u/v is a square, else 0.</returns>
    internal static ulong SqrtRatio(in FieldElement u, in FieldElement v, out FieldElement root)
    {
        var v3 = v.Square() * v;
        var v7 = v3.Square() * v;
        var r = u * v3 * (u * v7).PowerP58();
        var check = v * r.Square();
        var i = SqrtMinusOne;
        var correct = EqualMask(check, u);
        var flipped = EqualMask(check, -u);
        var flippedI = EqualMask(check, -(u * i));
        r = Select(flipped | flippedI, r * i, r);
        root = r.Abs();
        return correct | flipped;
    }

    /// <summary>The element or its negative, whichever is non-negative (RFC 9496 section 4.1).</summary>
    internal FieldElement Abs() => Select(NegativeMask(), -this, this);

    /// <summary>All ones when the canonical encoding is odd, which is what "negative" means, else 0.</summary>
    internal ulong NegativeMask() => 0UL - (Canonical().L0 & 1);

    /// <summary>All ones for zero, else 0.</summary>
    internal ulong ZeroMask()
    {
        var t = Canonical();
        var bits = t.L0 | t.L1 | t.L2 | t.L3 | t.L4;
        return ((bits | (0UL - bits)) >> 63) - 1;
    }

    /// <summary>All ones when a equals b, else 0.</summary>
    internal static ulong EqualMask(in FieldElement a, in FieldElement b) => (a - b).ZeroMask();

    /// <summary><paramref name="whenSet"/> for a mask of all ones, <paramref name="otherwise"/> for a mask of 0, without a branch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static FieldElement Select(ulong mask, in FieldElement whenSet, in FieldElement otherwise) => new(
        otherwise.L0 ^ (mask & (whenSet.L0 ^ otherwise.L0)),
        otherwise.L1 ^ (mask & (whenSet.L1 ^ otherwise.L1)),
        otherwise.L2 ^ (mask & (whenSet.L2 ^ otherwise.L2)),
        otherwise.L3 ^ (mask & (whenSet.L3 ^ otherwise.L3)),
        otherwise.L4 ^ (mask & (whenSet.L4 ^ otherwise.L4)));

    /// <summary>The same element with limbs that are those of its one representative in 0..p-1.</summary>
    internal FieldElement Canonical()
    {
        var t = Carry(L0, L1, L2, L3, L4);

        // t < 2p now; the quotient is 1 exactly when t + 19 overflows 2^255.
        var q = (t.L0 + 19) >> 51;
        q = (t.L1 + q) >> 51;
        q = (t.L2 + q) >> 51;
        q = (t.L3 + q) >> 51;
        q = (t.L4 + q) >> 51;

        var l0 = t.L0 + (19 * q);
        var l1 = t.L1 + (l0 >> 51);
        var l2 = t.L2 + (l1 >> 51);
        var l3 = t.L3 + (l2 >> 51);
        var l4 = t.L4 + (l3 >> 51);
        return new(l0 & Mask, l1 & Mask, l2 & Mask, l3 & Mask, l4 & Mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyAdd(ref ulong high, ref ulong low, ulong a, ulong b)
    {
        high += Math.BigMul(a, b, out var product);
        low += product >> 13;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static FieldElement Carry(ulong r0, ulong r1, ulong r2, ulong r3, ulong r4) => new(
        (r0 & Mask) + ((r4 >> 51) * 19),
        (r1 & Mask) + (r0 >> 51),
        (r2 & Mask) + (r1 >> 51),
        (r3 & Mask) + (r2 >> 51),
        (r4 & Mask) + (r3 >> 51));
}

using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace ComputeHorde.Cryptography;

/// <summary>
/// An integer modulo the group order L = 2^252 + 27742317777372353535851937790883648493 (RFC 9496 section 4.4). Encoded in
/// 32 bytes, little-endian; only the encoding below L is canonical.
/// </summary>
/// <remarks>Four 64-bit limbs, always reduced. Reduction is Barrett's (Handbook of Applied Cryptography, algorithm 14.42), in constant time.</remarks>
internal readonly struct Scalar
{
    /// <summary>Size of an encoded scalar, in bytes.</summary>
    internal const int Size = 32;

    /// <summary>Size of the uniform input that <see cref="FromWideBytes"/> reduces, in bytes.</summary>
    internal const int WideSize = 64;

    /// <summary>Half the bits of a scalar, rounded up.</summary>
    internal const int HalfBits = 127;

    /// <summary>L, with a fifth word for the reduction.</summary>
    private static readonly ulong[] s_order = [0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0, 0x1000000000000000, 0];

    /// <summary>floor(2^512 / L).</summary>
    private static readonly ulong[] s_reciprocal =
        [0xed9ce5a30a2c131b, 0x2106215d086329a7, 0xffffffffffffffeb, 0xffffffffffffffff, 0xf];

    internal readonly Limbs Words;

    private Scalar(in Limbs words) => Words = words;

    /// <summary>The upper 128 bits of L.</summary>
    internal static UInt128 OrderHigh => new(s_order[3], s_order[2]);

    /// <summary>The lower 128 bits of L.</summary>
    internal static UInt128 OrderLow => new(s_order[1], s_order[0]);

    /// <summary>The scalar of a number, which is below L.</summary>
    internal static Scalar FromUInt128(UInt128 value)
    {
        var words = default(Limbs);
        words[0] = (ulong)value;
        words[1] = (ulong)(value >> 64);
        return new(words);
    }

    /// <summary>Reads the canonical encoding of a scalar.</summary>
    /// <returns>False when the number is L or more.</returns>
    internal static bool TryFromCanonicalBytes(ReadOnlySpan<byte> bytes, out Scalar scalar)
    {
        Span<ulong> difference = stackalloc ulong[4];
        var words = default(Limbs);
        ReadWords(bytes, words);
        var below = Subtract(words, s_order, difference) == 1;
        scalar = below ? new(words) : default;
        return below;
    }

    /// <summary>Reduces 64 little-endian bytes modulo L.</summary>
    internal static Scalar FromWideBytes(ReadOnlySpan<byte> bytes)
    {
        Span<ulong> wide = stackalloc ulong[8];
        ReadWords(bytes, wide);
        return Reduce(wide);
    }

    /// <summary>Reduces a number below 2^256 modulo L.</summary>
    internal static Scalar FromBytesModOrder(ReadOnlySpan<byte> bytes)
    {
        Span<ulong> wide = stackalloc ulong[8];
        ReadWords(bytes, wide[..4]);
        return Reduce(wide);
    }

    /// <summary>a · b + c modulo L.</summary>
    internal static Scalar MultiplyAdd(in Scalar a, in Scalar b, in Scalar c)
    {
        Span<ulong> product = stackalloc ulong[8];
        Multiply(a.Words, b.Words, product);
        Add(product, c.Words);
        return Reduce(product);
    }

    public static Scalar operator *(in Scalar a, in Scalar b) => MultiplyAdd(a, b, default);

    public static Scalar operator +(in Scalar a, in Scalar b)
    {
        Span<ulong> sum = stackalloc ulong[8];
        Add(sum, a.Words);
        Add(sum, b.Words);
        return Reduce(sum);
    }

    public static Scalar operator -(in Scalar a)
    {
        // L - a, which is L for zero: the reduction takes care of that.
        Span<ulong> difference = stackalloc ulong[8];
        Subtract(s_order, a.Words, difference[..4]);
        return Reduce(difference);
    }

    /// <summary>Whether this is zero; in time that does not depend on the value.</summary>
    internal bool IsZero => (Words[0] | Words[1] | Words[2] | Words[3]) == 0;

    /// <summary>Writes the canonical 32 bytes.</summary>
    internal void CopyTo(Span<byte> destination)
    {
        for (var i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(destination[(8 * i)..], Words[i]);
        }
    }

    /// <summary>The lower 127 bits, and the rest divided by 2^127.</summary>
    internal (Scalar Low, Scalar High) Halves()
    {
        UInt128 low = new(Words[1], Words[0]), high = new(Words[3], Words[2]);
        return (FromUInt128((low << 1) >> 1), FromUInt128((high << 1) | (low >> HalfBits)));
    }

    private static void ReadWords(ReadOnlySpan<byte> bytes, Span<ulong> words)
    {
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(8 * i)..]);
        }
    }

    private static Scalar Reduce(ReadOnlySpan<ulong> x)
    {
        Span<ulong> q = stackalloc ulong[10];
        Span<ulong> multiple = stackalloc ulong[9];
        Span<ulong> r = stackalloc ulong[5];
        Span<ulong> difference = stackalloc ulong[5];

        Multiply(x[3..], s_reciprocal, q);
        Multiply(q[5..], s_order.AsSpan(0, 4), multiple);
        Subtract(x[..5], multiple[..5], r);
        for (var i = 0; i < 2; i++)
        {
            var keep = 0UL - Subtract(r, s_order, difference);
            for (var j = 0; j < 5; j++)
            {
                r[j] = difference[j] ^ (keep & (r[j] ^ difference[j]));
            }
        }

        var words = default(Limbs);
        r[..4].CopyTo(words);
        return new(words);
    }

    /// <summary>Schoolbook product into zeroed words, as many as both factors have together.</summary>
    private static void Multiply(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> product)
    {
        for (var i = 0; i < a.Length; i++)
        {
            UInt128 carry = 0;
            for (var j = 0; j < b.Length; j++)
            {
                carry += Math.BigMul(a[i], b[j]) + product[i + j];
                product[i + j] = (ulong)carry;
                carry >>= 64;
            }

            product[i + b.Length] = (ulong)carry;
        }
    }

    private static void Add(Span<ulong> sum, ReadOnlySpan<ulong> value)
    {
        UInt128 carry = 0;
        for (var i = 0; i < sum.Length; i++)
        {
            carry += (UInt128)sum[i] + (i < value.Length ? value[i] : 0);
            sum[i] = (ulong)carry;
            carry >>= 64;
        }
    }

    /// <summary>difference = a - b modulo 2^(64 n).</summary>
    /// <returns>The borrow: 1 when a &lt; b, else 0.</returns>
    private static ulong Subtract(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> difference)
    {
        ulong borrow = 0;
        for (var i = 0; i < difference.Length; i++)
        {
            var wide = (UInt128)a[i] - b[i] - borrow;
            difference[i] = (ulong)wide;
            borrow = (ulong)(wide >> 64) & 1;
        }

        return borrow;
    }

    /// <summary>Four 64-bit words, the least significant one first.</summary>
    [InlineArray(4)]
    internal struct Limbs
    {
        private ulong _first;
    }
}

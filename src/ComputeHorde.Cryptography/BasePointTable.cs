using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ComputeHorde.Cryptography;

/// <summary>
/// Multiples of the ristretto255 generator (RFC 9496 section 4.3.3), made once: j·16^(2i)·B for i below 32 and j in 1..8, to
/// multiply by secret scalars in constant time, 32 KiB.
/// </summary>
internal static class BasePointTable
{
    private const int Rows = 32;
    private const int RowLength = 8;
    private const int DigitCount = 64;
    private const int VectorsPerEntry = 4;

    private static readonly AffinePoint[] s_entries = MakeEntries();

    /// <summary>The generator.</summary>
    internal static EdwardsPoint Generator { get; } = DecodeGenerator();

    /// <summary>scalar · B. Neither branches nor memory addresses depend on the scalar.</summary>
    internal static EdwardsPoint Multiply(in Scalar scalar)
    {
        Span<sbyte> digits = stackalloc sbyte[DigitCount];
        ToSignedRadix16(scalar, digits);

        var point = EdwardsPoint.Identity;
        for (var i = 1; i < DigitCount; i += 2)
        {
            Select(i / 2, digits[i], out var multiple);
            point.Add(multiple, out var sum);
            sum.ToExtended(out point);
        }

        point = point.Double(4);
        for (var i = 0; i < DigitCount; i += 2)
        {
            Select(i / 2, digits[i], out var multiple);
            point.Add(multiple, out var sum);
            sum.ToExtended(out point);
        }

        return point;
    }

    /// <summary>Digits d with -8 &lt;= d &lt;= 8 and scalar = Σ d[i]·16^i.</summary>
    private static void ToSignedRadix16(in Scalar scalar, Span<sbyte> digits)
    {
        Span<byte> bytes = stackalloc byte[Scalar.Size];
        scalar.CopyTo(bytes);
        for (var i = 0; i < bytes.Length; i++)
        {
            digits[2 * i] = (sbyte)(bytes[i] & 15);
            digits[(2 * i) + 1] = (sbyte)(bytes[i] >> 4);
        }

        var carry = 0;
        for (var i = 0; i < DigitCount - 1; i++)
        {
            var digit = digits[i] + carry;
            carry = (digit + 8) >> 4;
            digits[i] = (sbyte)(digit - (carry << 4));
        }

        digits[DigitCount - 1] += (sbyte)carry;
    }

    /// <summary>digit · 16^(2·row) · B, reading every entry of the row whatever the digit.</summary>
    private static void Select(int row, int digit, out AffinePoint multiple)
    {
        var sign = digit >> 31;
        var index = (ulong)((digit ^ sign) - sign);
        var negative = (ulong)(long)sign;

        var identity = AffinePoint.Identity;
        ref var first = ref Unsafe.As<AffinePoint, Vector256<ulong>>(ref identity);
        var keep = Vector256.Create(EqualMask(index, 0));
        var v0 = first & keep;
        var v1 = Unsafe.Add(ref first, 1) & keep;
        var v2 = Unsafe.Add(ref first, 2) & keep;
        var v3 = Unsafe.Add(ref first, 3) & keep;

        ref var entry = ref Unsafe.As<AffinePoint, Vector256<ulong>>(ref s_entries[row * RowLength]);
        for (var j = 1UL; j <= RowLength; j++)
        {
            var mask = Vector256.Create(EqualMask(index, j));
            v0 |= entry & mask;
            v1 |= Unsafe.Add(ref entry, 1) & mask;
            v2 |= Unsafe.Add(ref entry, 2) & mask;
            v3 |= Unsafe.Add(ref entry, 3) & mask;
            entry = ref Unsafe.Add(ref entry, VectorsPerEntry);
        }

        Unsafe.SkipInit(out AffinePoint point);
        ref var result = ref Unsafe.As<AffinePoint, Vector256<ulong>>(ref point);
        result = v0;
        Unsafe.Add(ref result, 1) = v1;
        Unsafe.Add(ref result, 2) = v2;
        Unsafe.Add(ref result, 3) = v3;
        multiple = new(
            FieldElement.Select(negative, point.YMinusX, point.YPlusX),
            FieldElement.Select(negative, point.YPlusX, point.YMinusX),
            FieldElement.Select(negative, -point.XY2D, point.XY2D));
    }

    /// <summary>All ones when a equals b, else 0, for numbers below 2^63.</summary>
    private static ulong EqualMask(ulong a, ulong b) => 0UL - (((a ^ b) - 1) >> 63);

    private static EdwardsPoint DecodeGenerator()
    {
        ReadOnlySpan<byte> encoding =
        [
            0xe2, 0xf2, 0xae, 0x0a, 0x6a, 0xbc, 0x4e, 0x71, 0xa8, 0x84, 0xa9, 0x61, 0xc5, 0x00, 0x51, 0x5f,
            0x58, 0xe3, 0x0b, 0x6a, 0xa5, 0x82, 0xdd, 0x8d, 0xb6, 0xa6, 0x59, 0x45, 0xe0, 0x8d, 0x2d, 0x76,
        ];
        return Ristretto255.TryDecode(encoding, out var point)
            ? point
            : throw new InvalidOperationException("The generator of ristretto255 does not decode.");
    }

    private static AffinePoint[] MakeEntries()
    {
        var points = new EdwardsPoint[Rows * RowLength];
        var power = DecodeGenerator();
        for (var row = 0; row < Rows; row++)
        {
            var multiple = power;
            for (var j = 0; j < RowLength; j++)
            {
                points[(row * RowLength) + j] = multiple;
                multiple += power;
            }

            power = power.Double(8);
        }

        var entries = new AffinePoint[points.Length];
        AffinePoint.FromPoints(points, entries);
        return entries;
    }
}

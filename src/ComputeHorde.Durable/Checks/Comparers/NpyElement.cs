using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>The type of the elements of an array, as NumPy writes it: <c>&lt;f4</c>, <c>|b1</c>, <c>&gt;c16</c>, <c>&lt;U5</c>.</summary>
/// <param name="Kind">Boolean, integer, unsigned, float, complex (b, i, u, f, c); bytes, text, time or span (S, U, M, m).</param>
/// <param name="Size">Bytes of an element.</param>
/// <param name="IsBigEndian">The order of its bytes.</param>
/// <param name="Unit">The unit of times, with its brackets; else empty.</param>
internal sealed partial record NpyElement(char Kind, int Size, bool IsBigEndian, string Unit)
{
    private const int MaxSize = 1 << 20;

    private bool IsInteger => Kind is 'b' or 'i' or 'u';

    private bool IsNumber => IsInteger || Kind is 'f' or 'c';

    /// <exception cref="InvalidDataException">Elements of this type are not read here.</exception>
    public static NpyElement Parse(string descr)
    {
        var match = Pattern().Match(descr);
        if (match.Success && int.TryParse(match.Groups["size"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var size))
        {
            var kind = match.Groups["kind"].ValueSpan[0];
            var bytes = kind == 'U' ? 4L * size : size;
            var isKnown = kind switch
            {
                'b' => size == 1,
                'i' or 'u' => size is 1 or 2 or 4 or 8,
                'f' => size is 2 or 4 or 8,
                'c' => size is 8 or 16,
                'M' or 'm' => size == 8,
                _ => bytes is > 0 and <= MaxSize,
            };
            if (isKnown)
            {
                return new NpyElement(kind, (int)bytes, match.Groups["endian"].ValueSpan is ">", match.Groups["unit"].Value);
            }
        }

        throw new InvalidDataException($"has elements of type '{descr}'");
    }

    /// <summary>Whether elements of both types can be set against each other.</summary>
    public bool IsComparableTo(NpyElement other) => (IsNumber && other.IsNumber) || this == other with { IsBigEndian = IsBigEndian };

    /// <summary>Whether a miner's element agrees with a trusted one: numbers within the tolerances, everything else exactly.</summary>
    public static bool AreClose(
        NpyElement type,
        ReadOnlySpan<byte> actual,
        NpyElement trustedType,
        ReadOnlySpan<byte> expected,
        ComparisonSettings settings
    )
    {
        if (type == trustedType && actual.SequenceEqual(expected))
        {
            return true;
        }

        if (!type.IsNumber)
        {
            return AreSame(type, actual, trustedType, expected);
        }

        if (type.IsInteger && trustedType.IsInteger)
        {
            return Numbers.AreClose(type.ReadInteger(actual), trustedType.ReadInteger(expected), settings);
        }

        if (type.Kind != 'c' && trustedType.Kind != 'c')
        {
            return settings.IsClose(type.ReadReal(actual), trustedType.ReadReal(expected));
        }

        var (a, b) = (type.ReadComplex(actual), trustedType.ReadComplex(expected));
        return (settings.IsClose(a.Real, b.Real) && settings.IsClose(a.Imaginary, b.Imaginary))
            || (Complex.IsFinite(a) && Complex.IsFinite(b) && Complex.Abs(a - b) <= settings.Atol + (settings.Rtol * Complex.Abs(b)));
    }

    private static bool AreSame(NpyElement type, ReadOnlySpan<byte> actual, NpyElement trustedType, ReadOnlySpan<byte> expected)
    {
        if (type.IsBigEndian == trustedType.IsBigEndian || type.Kind == 'S')
        {
            return actual.SequenceEqual(expected);
        }

        // Texts are characters of four bytes, times one number of eight.
        var unit = type.Kind == 'U' ? 4 : type.Size;
        for (var index = 0; index < actual.Length; index++)
        {
            if (actual[index] != expected[index - (index % unit) + unit - 1 - (index % unit)])
            {
                return false;
            }
        }

        return true;
    }

    private BigInteger ReadInteger(ReadOnlySpan<byte> bytes) =>
        Kind switch
        {
            'b' => bytes[0] == 0 ? BigInteger.Zero : BigInteger.One,
            'i' => new BigInteger(bytes, isUnsigned: false, IsBigEndian),
            _ => new BigInteger(bytes, isUnsigned: true, IsBigEndian),
        };

    private double ReadReal(ReadOnlySpan<byte> bytes) =>
        (Kind, Size) switch
        {
            ('f', 8) => IsBigEndian ? BinaryPrimitives.ReadDoubleBigEndian(bytes) : BinaryPrimitives.ReadDoubleLittleEndian(bytes),
            ('f', 4) => IsBigEndian ? BinaryPrimitives.ReadSingleBigEndian(bytes) : BinaryPrimitives.ReadSingleLittleEndian(bytes),
            ('f', 2) => (double)(IsBigEndian ? BinaryPrimitives.ReadHalfBigEndian(bytes) : BinaryPrimitives.ReadHalfLittleEndian(bytes)),
            _ => (double)ReadInteger(bytes),
        };

    private Complex ReadComplex(ReadOnlySpan<byte> bytes)
    {
        if (Kind != 'c')
        {
            return ReadReal(bytes);
        }

        var half = new NpyElement('f', Size / 2, IsBigEndian, Unit);
        return new Complex(half.ReadReal(bytes), half.ReadReal(bytes[(Size / 2)..]));
    }

    [GeneratedRegex(
        @"^(?<endian>[<>|=])?(?<kind>[biufcSUMm])(?<size>[0-9]{1,8})(?<unit>\[[^\]]{1,20}\])?$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Pattern();
}

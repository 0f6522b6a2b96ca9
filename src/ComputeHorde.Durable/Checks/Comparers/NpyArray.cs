using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>
/// An array of real numbers in NumPy's .npy format, versions 1 to 3 (NEP 1): magic <c>\x93NUMPY</c>, header, raw elements. Read in place: the
/// header of a miner's file is not believed before its sizes add up.
/// </summary>
internal sealed partial class NpyArray
{
    private const int MaxHeader = 4096, MaxDimensions = 32;

    private readonly ReadOnlyMemory<byte> _data;
    private readonly char _kind;
    private readonly int _size;
    private readonly bool _bigEndian;

    private NpyArray(ReadOnlyMemory<byte> data, char kind, int size, bool bigEndian, long[] shape, int count)
    {
        (_data, _kind, _size, _bigEndian, Shape, Count) = (data, kind, size, bigEndian, shape, count);
    }

    /// <summary>The length of each dimension; Fortran-ordered arrays give theirs negated, so that orders are not mixed.</summary>
    public long[] Shape { get; }

    public int Count { get; }

    /// <summary>Element <paramref name="index"/> in the order of the file.</summary>
    public double this[int index]
    {
        get
        {
            var bytes = _data.Span.Slice(index * _size, _size);
            return (_kind, _size) switch
            {
                ('f', 8) => _bigEndian ? BinaryPrimitives.ReadDoubleBigEndian(bytes) : BinaryPrimitives.ReadDoubleLittleEndian(bytes),
                ('f', 4) => _bigEndian ? BinaryPrimitives.ReadSingleBigEndian(bytes) : BinaryPrimitives.ReadSingleLittleEndian(bytes),
                ('f', 2) => (double)(_bigEndian ? BinaryPrimitives.ReadHalfBigEndian(bytes) : BinaryPrimitives.ReadHalfLittleEndian(bytes)),
                ('i', 8) => _bigEndian ? BinaryPrimitives.ReadInt64BigEndian(bytes) : BinaryPrimitives.ReadInt64LittleEndian(bytes),
                ('i', 4) => _bigEndian ? BinaryPrimitives.ReadInt32BigEndian(bytes) : BinaryPrimitives.ReadInt32LittleEndian(bytes),
                ('i', 2) => _bigEndian ? BinaryPrimitives.ReadInt16BigEndian(bytes) : BinaryPrimitives.ReadInt16LittleEndian(bytes),
                ('i', 1) => (sbyte)bytes[0],
                ('u', 8) => _bigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes),
                ('u', 4) => _bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes),
                ('u', 2) => _bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes),
                _ => bytes[0],
            };
        }
    }

    /// <summary>Reads an array of floating-point, integer or Boolean elements.</summary>
    /// <returns>False for anything else.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> content, [NotNullWhen(true)] out NpyArray? array)
    {
        array = null;
        if (!TryReadHeader(content.Span, out var header, out var start)
            || DescrPattern().Match(header) is not { Success: true } descr
            || ShapePattern().Match(header) is not { Success: true } shape
            || OrderPattern().Match(header) is not { Success: true } order)
        {
            return false;
        }

        var (kind, size) = (descr.Groups["kind"].ValueSpan[0], int.Parse(descr.Groups["size"].ValueSpan, CultureInfo.InvariantCulture));
        var isKnown = kind switch { 'f' => size is 2 or 4 or 8, 'i' or 'u' => size is 1 or 2 or 4 or 8, _ => size == 1 };
        var texts = shape.Groups["lengths"].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (!isKnown || texts.Length > MaxDimensions)
        {
            return false;
        }

        var lengths = new long[texts.Length];
        Int128 count = 1;
        for (var dimension = 0; dimension < texts.Length; dimension++)
        {
            if (!long.TryParse(texts[dimension], NumberStyles.None, CultureInfo.InvariantCulture, out lengths[dimension]))
            {
                return false;
            }

            // Checked at every step: 32 dimensions of any length would overflow even 128 bits.
            count *= lengths[dimension];
            if (count > content.Length)
            {
                return false;
            }
        }

        if (count * size != content.Length - start)
        {
            return false;
        }

        if (order.Groups["order"].ValueSpan is "True")
        {
            lengths = [.. lengths.Select(static length => -length)];
        }

        array = new NpyArray(content[start..], kind, size, descr.Groups["endian"].ValueSpan is ">", lengths, (int)count);
        return true;
    }

    private static bool TryReadHeader(ReadOnlySpan<byte> content, out string header, out int start)
    {
        (header, start) = ("", 0);
        if (content.Length < 12 || !StartsWithMagic(content))
        {
            return false;
        }

        var isShort = content[6] == 1;
        var length = isShort ? BinaryPrimitives.ReadUInt16LittleEndian(content[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(content[8..]);
        start = isShort ? 10 : 12;
        if (content[6] is < 1 or > 3 || length > MaxHeader || start + length > content.Length)
        {
            return false;
        }

        header = Encoding.Latin1.GetString(content.Slice(start, (int)length));
        start += (int)length;
        return true;
    }

    private static bool StartsWithMagic(ReadOnlySpan<byte> content) => content[0] == 0x93 && content[1..].StartsWith("NUMPY"u8);

    [GeneratedRegex("'descr':\\s*'(?<endian>[<>|=])(?<kind>[fiub])(?<size>[0-9]{1,2})'", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DescrPattern();

    [GeneratedRegex("'shape':\\s*\\((?<lengths>[0-9, ]*)\\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ShapePattern();

    [GeneratedRegex("'fortran_order':\\s*(?<order>True|False)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OrderPattern();
}

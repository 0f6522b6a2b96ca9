using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.RegularExpressions;

namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>
/// The header of an array in NumPy's .npy format, versions 1 to 3 (NEP 1): magic <c>\x93NUMPY</c>, version, length, a Python dictionary. A
/// miner's header is not believed before its sizes add up.
/// </summary>
/// <param name="Element">What the elements are.</param>
/// <param name="IsFortran">Whether the first index runs fastest.</param>
/// <param name="Shape">The length of each dimension.</param>
/// <param name="Count">How many elements there are.</param>
internal sealed partial record NpyHeader(NpyElement Element, bool IsFortran, long[] Shape, long Count)
{
    private const int MaxLength = 64 << 10,
        MaxDimensions = 64;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Looks at the beginning without consuming it.</summary>
    public static async ValueTask<bool> StartsWithMagicAsync(PipeReader content, CancellationToken cancellationToken)
    {
        var read = await content.ReadAtLeastAsync(Magic.Length, cancellationToken);
        var start = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, Magic.Length)).ToArray();
        content.AdvanceTo(read.Buffer.Start);
        return start.AsSpan().SequenceEqual(Magic);
    }

    /// <summary>Reads the header and leaves the stream at the first element.</summary>
    /// <exception cref="UnreadableContentException">It is no array, or one that is not read here.</exception>
    public static async Task<NpyHeader> ReadAsync(ContentHandle content, Stream stream, CancellationToken cancellationToken)
    {
        try
        {
            var start = new byte[10];
            await stream.ReadExactlyAsync(start, cancellationToken);
            var version = start.AsSpan().StartsWith(Magic) ? start[6] : 0;
            var length = version switch
            {
                1 => BinaryPrimitives.ReadUInt16LittleEndian(start.AsSpan(8)),
                2 or 3 => await ReadLongLengthAsync(start, stream, cancellationToken),
                _ => throw new InvalidDataException("is not an array in .npy format, version 1 to 3"),
            };
            var header = new byte[length <= MaxLength ? length : throw new InvalidDataException($"has a header of {length} bytes")];
            await stream.ReadExactlyAsync(header, cancellationToken);
            return Parse(Encoding.UTF8.GetString(header), content.Size - (version == 1 ? 10 : 12) - length);
        }
        catch (Exception exception) when (exception is InvalidDataException or RegexMatchTimeoutException)
        {
            throw content.Unreadable(exception.Message);
        }
        catch (EndOfStreamException)
        {
            throw content.Unreadable("ends in the middle of its header");
        }
    }

    private static async ValueTask<uint> ReadLongLengthAsync(byte[] start, Stream stream, CancellationToken cancellationToken)
    {
        var rest = new byte[2];
        await stream.ReadExactlyAsync(rest, cancellationToken);
        return BinaryPrimitives.ReadUInt32LittleEndian([start[8], start[9], .. rest]);
    }

    private static NpyHeader Parse(string header, long dataSize)
    {
        var match = HeaderPattern().Match(header);
        var (descr, shape, order) = (match.Groups["descr"], match.Groups["lengths"], match.Groups["order"]);
        if (descr.Captures.Count != 1 || shape.Captures.Count != 1 || order.Captures.Count != 1)
        {
            throw new InvalidDataException("is an array of structured elements, or has a header that cannot be read");
        }

        var element = NpyElement.Parse(descr.Value);
        var lengths = ParseShape(shape.Value);
        var count = CountOf(lengths, dataSize / element.Size);
        return count * element.Size == dataSize
            ? new NpyHeader(element, order.ValueSpan is "True", lengths, count)
            : throw new InvalidDataException($"has {dataSize} bytes of elements where its header says otherwise");
    }

    private static long[] ParseShape(string text)
    {
        // Python 2 wrote (2L, 2L).
        var texts = text.Replace("L", "", StringComparison.Ordinal)
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var lengths = new long[texts.Length];
        for (var dimension = 0; dimension < lengths.Length; dimension++)
        {
            if (
                lengths.Length > MaxDimensions
                || !long.TryParse(texts[dimension], NumberStyles.None, CultureInfo.InvariantCulture, out lengths[dimension])
            )
            {
                throw new InvalidDataException("has a shape that cannot be read");
            }
        }

        return lengths;
    }

    private static long CountOf(long[] lengths, long most)
    {
        if (lengths.Contains(0))
        {
            return 0;
        }

        // Checked at every step: a few dimensions of any length would overflow even 128 bits.
        Int128 count = 1;
        foreach (var length in lengths)
        {
            count *= length;
            if (count > most)
            {
                throw new InvalidDataException("has a shape that is larger than its content");
            }
        }

        return (long)count;
    }

    /// <summary>
    /// The whole dictionary with each of its three keys once. Of a key that comes twice Python takes the last, and a pattern that searched
    /// would take the first: a miner could show us one array and its reader another.
    /// </summary>
    [GeneratedRegex(
        """
        \A\s*\{\s*
        (?:
            (?: ['"]descr['"] \s*:\s* ['"](?<descr>[^'"\\]{1,50})['"]
            | ['"]fortran_order['"] \s*:\s* (?<order>True|False)
            | ['"]shape['"] \s*:\s* \( \s* (?<lengths>(?:[0-9]+L?\s*,\s*)*(?:[0-9]+L?\s*)?) \)
            )
            \s*(?:,\s*|(?=\}))
        ){3}
        \}\s*\z
        """,
        RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex HeaderPattern();
}

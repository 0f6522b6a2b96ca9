using System.Buffers;
using System.Runtime.CompilerServices;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Batches;

/// <summary>
/// Reads lines of bytes from a stream and knows where it is; no more than one line is held, and no line longer than allowed.
/// </summary>
/// <param name="stream">The lines, ended by LF or CR LF.</param>
/// <param name="offset">Where in the whole the stream begins, in bytes.</param>
/// <param name="maxLength">The longest line that is kept, in bytes.</param>
internal sealed class LineReader(Stream stream, long offset, int maxLength)
{
    private readonly byte[] _buffer = new byte[64 << 10];
    private readonly ArrayBufferWriter<byte> _line = new();
    private int _position;
    private int _end;

    /// <summary>Where the next line begins, in bytes.</summary>
    public long Offset { get; private set; } = offset;

    /// <summary>Reads all lines that are left. A line that is too long comes as null.</summary>
    public async IAsyncEnumerable<BinaryData?> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var length = await ReadLineAsync(cancellationToken);
            if (length == 0)
            {
                yield break;
            }

            var isFirst = Offset == 0;
            Offset += length;
            yield return length > maxLength ? null : Take(isFirst);
        }
    }

    /// <summary>Reads into <see cref="_line"/>.</summary>
    /// <returns>The line's length with its end; 0 at the end of the stream.</returns>
    private async Task<long> ReadLineAsync(CancellationToken cancellationToken)
    {
        _line.ResetWrittenCount();
        long length = 0;
        while (true)
        {
            if (_position == _end)
            {
                _position = 0;
                _end = await stream.ReadAsync(_buffer, cancellationToken);
                if (_end == 0)
                {
                    return length;
                }
            }

            var part = _buffer.AsSpan(_position, _end - _position);
            var lineEnd = part.IndexOf((byte)'\n');
            var taken = lineEnd < 0 ? part.Length : lineEnd + 1;
            length += taken;
            _position += taken;
            if (length <= maxLength)
            {
                _line.Write(part[..taken]);
            }

            if (lineEnd >= 0)
            {
                return length;
            }
        }
    }

    private BinaryData Take(bool isFirst)
    {
        ReadOnlyMemory<byte> bytes = _line.WrittenSpan.ToArray();
        return new BinaryData((isFirst ? ByteOrderMark.Skip(bytes) : bytes).TrimEnd("\r\n"u8.ToArray()));
    }
}

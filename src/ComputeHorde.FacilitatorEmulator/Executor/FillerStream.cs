using System.Security.Cryptography;
using System.Text;

namespace ComputeHorde.Emulator.Executor;

/// <summary>A file of any size that is made as it is read: lines of hexadecimal digits, each from the seed and its place.</summary>
internal sealed class FillerStream(byte[] seed, int length) : Stream
{
    private const int LineLength = 65;
    private readonly byte[] _line = new byte[LineLength];
    private long _lineBegin = -1;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get; set; }

    public override int Read(Span<byte> buffer)
    {
        int read = 0;
        while (read < buffer.Length && Position < length)
        {
            int inLine = (int)(Position % LineLength);
            ReadOnlySpan<byte> rest = Line(Position - inLine).AsSpan(inLine);
            int count = (int)Math.Min(Math.Min(rest.Length, buffer.Length - read), length - Position);
            rest[..count].CopyTo(buffer[read..]);
            read += count;
            Position += count;
        }

        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) =>
        Position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => Position + offset,
            _ => length + offset,
        };

    public override void Flush() { }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private byte[] Line(long begin)
    {
        if (_lineBegin != begin)
        {
            _lineBegin = begin;
            Encoding.ASCII.GetBytes(
                Convert.ToHexStringLower(SHA256.HashData([.. seed, .. BitConverter.GetBytes((int)begin)])) + "\n",
                _line
            );
        }

        return _line;
    }
}

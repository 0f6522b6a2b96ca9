using Microsoft.Win32.SafeHandles;

namespace ComputeHorde.Sdk;

/// <summary>A part of a file that is open.</summary>
internal sealed class FilePartStream(SafeFileHandle file, long begin, long length) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get; set; }

    public override int Read(Span<byte> buffer) => Took(RandomAccess.Read(file, buffer[..Room(buffer.Length)], begin + Position));

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Took(await RandomAccess.ReadAsync(file, buffer[..Room(buffer.Length)], begin + Position, cancellationToken));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

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

    private int Room(int wanted) => (int)Math.Min(wanted, Math.Max(length - Position, 0));

    private int Took(int read)
    {
        Position += read;
        return read;
    }
}

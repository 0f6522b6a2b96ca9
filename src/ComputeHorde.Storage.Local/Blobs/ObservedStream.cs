namespace ComputeHorde.Storage.Local.Blobs;

/// <summary>Shows every byte that is read to somebody else as well.</summary>
internal sealed class ObservedStream(Stream inner, ObservedStream.Observer observe) : ReadOnlyStream
{
    public delegate void Observer(ReadOnlySpan<byte> bytes);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        observe(buffer.Span[..read]);
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = inner.Read(buffer, offset, count);
        observe(buffer.AsSpan(offset, read));
        return read;
    }
}

using ComputeHorde.Storage.Local.Stores;

namespace ComputeHorde.Storage.Local.Blobs;

/// <summary>The bytes of a blob, or a part of them, segment after segment. They stay what they are until it is disposed.</summary>
internal sealed class BlobContent : ReadOnlyStream
{
    private readonly List<(IStoredBody Body, long Offset, long Length)> _parts = [];
    private Stream? _current;
    private long _left;
    private int _next;

    /// <summary>To be made within the transaction that has read the record.</summary>
    public BlobContent(IReadTransaction transaction, BlobRecord blob, long offset, long length)
    {
        var start = 0L;
        foreach (var segment in blob.Segments)
        {
            var first = Math.Max(offset, start);
            var end = Math.Min(offset + length, start + segment.Length);
            if (first < end)
            {
                _parts.Add((transaction.Open(segment.Body), first - start, end - first));
            }

            start += segment.Length;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!MoveToBytes())
        {
            return 0;
        }

        var read = await _current!.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken);
        return Took(read);
    }

    public override int Read(byte[] buffer, int offset, int count) =>
        MoveToBytes() ? Took(_current!.Read(buffer, offset, (int)Math.Min(count, _left))) : 0;

    protected override void Dispose(bool disposing)
    {
        _current?.Dispose();
        _parts.ForEach(static part => part.Body.Dispose());
        base.Dispose(disposing);
    }

    private bool MoveToBytes()
    {
        while (_left == 0 && _next < _parts.Count)
        {
            _current?.Dispose();
            var part = _parts[_next++];
            (_current, _left) = (part.Body.OpenAt(part.Offset), part.Length);
        }

        return _left > 0;
    }

    private int Took(int read)
    {
        if (read == 0)
        {
            throw new EndOfStreamException("A file of this local storage is shorter than its record says.");
        }

        _left -= read;
        return read;
    }
}

using System.Security.Cryptography;
using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>Reads a content once, from its beginning, and fails at its end when size or hash are not those of its reference.</summary>
internal sealed class VerifiedStream : Stream
{
    private readonly Stream _content;
    private readonly ContentReference _reference;
    private readonly Action _verified;
    private readonly IncrementalHash? _hash;
    private readonly string? _expected;
    private long _read;

    public VerifiedStream(Stream content, ContentReference reference, Action verified)
    {
        (_content, _reference, _verified) = (content, reference, verified);
        _expected = reference.Sha256 ?? (reference.Md5 is { } md5 ? Convert.ToHexStringLower(Convert.FromBase64String(md5)) : null);
        _hash = _expected is null
            ? null
            : IncrementalHash.CreateHash(reference.Sha256 is null ? HashAlgorithmName.MD5 : HashAlgorithmName.SHA256);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => _reference.Size;

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        var count = await StoredContentException.WrapAsync(() => _content.ReadAsync(buffer, cancellationToken).AsTask(), cancellationToken);
        Account(buffer.Span[..count]);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        int count;
        try
        {
            count = _content.Read(buffer);
        }
        catch (Exception exception)
        {
            throw StoredContentException.From(exception);
        }

        Account(buffer[..count]);
        return count;
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() { }

    public override async ValueTask DisposeAsync()
    {
        await _content.DisposeAsync();
        _hash?.Dispose();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _content.Dispose();
            _hash?.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Account(ReadOnlySpan<byte> read)
    {
        _hash?.AppendData(read);
        _read += read.Length;
        if (_read > _reference.Size || (read.IsEmpty && _read < _reference.Size))
        {
            throw StoredContentException.Changed($"does not have its {_reference.Size} bytes any more");
        }

        if (_read < _reference.Size)
        {
            return;
        }

        if (_hash is not null && Convert.ToHexStringLower(_hash.GetCurrentHash()) != _expected)
        {
            throw StoredContentException.Changed("has another hash");
        }

        _verified();
    }
}

namespace ComputeHorde.Sdk;

/// <summary>A stream that refuses to give more than a number of bytes.</summary>
internal sealed class LimitedStream(Stream inner, long limit) : ReadOnlyStream
{
    private long _read;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        _read += read;
        return _read > limit ? throw new ResponseTooLargeException(limit) : read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}

/// <summary>The answer is larger than <see cref="ComputeHordeOptions.MaxResponseBytes"/>.</summary>
internal sealed class ResponseTooLargeException(long limit)
    : ComputeHordeException($"The answer is larger than {nameof(ComputeHordeOptions.MaxResponseBytes)} ({limit} bytes).");

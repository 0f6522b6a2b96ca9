namespace ComputeHorde.Sdk;

/// <summary>
/// JSON as it arrives, without its long texts: empty ones stand in their place or, with a spool, the marks under which it has them. A
/// result of megabytes, which the facilitator writes twice into each answer, is never in memory. What is not JSON stays what it is.
/// </summary>
internal sealed class SlimJsonStream(Stream inner, TextSpool? spool = null) : ReadOnlyStream
{
    /// <summary>Longer texts than anything but a result or a volume has.</summary>
    public const int LongText = 16 * 1024;

    private readonly byte[] _input = new byte[LongText];
    private readonly byte[] _text = new byte[LongText];
    private readonly MemoryStream _output = new(2 * LongText);
    private int _textLength;
    private bool _isInText,
        _isLong,
        _isEscaped;

    /// <summary>How many bytes have arrived.</summary>
    public long BytesRead { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_output.Position == _output.Length)
        {
            var read = await inner.ReadAsync(_input, cancellationToken);
            if (read == 0)
            {
                return 0; // In the middle of a text as well: the JSON is as cut off without it.
            }

            BytesRead += read;
            _output.SetLength(0);
            Take(_input.AsSpan(0, read));
            _output.Position = 0;
        }

        return _output.Read(buffer.Span);
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[(_isInText ? TakeText(bytes) : TakeOther(bytes))..];
        }
    }

    private int TakeOther(ReadOnlySpan<byte> bytes)
    {
        var quote = bytes.IndexOf((byte)'"');
        _isInText = quote >= 0;
        (_textLength, _isLong) = (0, false);
        var length = _isInText ? quote + 1 : bytes.Length;
        _output.Write(bytes[..length]);
        return length;
    }

    private int TakeText(ReadOnlySpan<byte> bytes)
    {
        if (_isEscaped)
        {
            _isEscaped = false;
            Keep(bytes[..1]);
            return 1;
        }

        var special = bytes.IndexOfAny((byte)'"', (byte)'\\');
        if (special < 0)
        {
            Keep(bytes);
            return bytes.Length;
        }

        _isEscaped = bytes[special] == '\\';
        Keep(bytes[..(_isEscaped ? special + 1 : special)]);
        if (!_isEscaped)
        {
            EndText();
        }

        return special + 1;
    }

    private void Keep(ReadOnlySpan<byte> text)
    {
        if (!_isLong && _textLength + text.Length <= LongText)
        {
            text.CopyTo(_text.AsSpan(_textLength));
            _textLength += text.Length;
            return;
        }

        if (!_isLong)
        {
            _isLong = true;
            spool?.Begin();
            spool?.Write(_text.AsSpan(0, _textLength));
        }

        spool?.Write(text);
    }

    private void EndText()
    {
        _output.Write(
            _isLong
                ? spool is null
                    ? []
                    : spool.End()
                : _text.AsSpan(0, _textLength)
        );
        _output.WriteByte((byte)'"');
        _isInText = false;
    }
}

using System.Buffers;
using System.Text;
using ComputeHorde.Emulator.Python;

namespace ComputeHorde.Emulator.Storage;

/// <summary>The bytes of an answer. Long texts of results stay in their <see cref="TextFile"/> until they are sent.</summary>
internal sealed class AnswerBody
{
    private readonly List<(ArrayBufferWriter<byte>? Bytes, FiledText? Text)> _pieces = [];

    public long Length { get; private set; }

    public static AnswerBody Of(string text) => new AnswerBody().Add(text);

    /// <summary>A value in pydantic's compact JSON.</summary>
    public static AnswerBody Json(object? value)
    {
        var body = new AnswerBody();
        var text = new StringBuilder();
        PyJsonWriter.WriteCompact(
            text,
            value,
            filed =>
            {
                body.Add(text.ToString()).Add(filed);
                text.Clear();
            }
        );
        return body.Add(text.ToString());
    }

    public AnswerBody Add(ReadOnlySpan<byte> bytes)
    {
        if (_pieces is not [.., { Bytes: { } last }])
        {
            last = new ArrayBufferWriter<byte>();
            _pieces.Add((last, null));
        }

        last.Write(bytes);
        Length += bytes.Length;
        return this;
    }

    public AnswerBody Add(string text) => Add(Encoding.UTF8.GetBytes(text));

    public AnswerBody Add(AnswerBody other)
    {
        foreach ((ArrayBufferWriter<byte>? bytes, FiledText? text) in other._pieces)
        {
            _ = text is null ? Add(bytes!.WrittenSpan) : Add(text);
        }

        return this;
    }

    /// <summary>Writes the first bytes of it.</summary>
    public async Task WriteToAsync(Stream output, long count, CancellationToken cancellation)
    {
        foreach ((ArrayBufferWriter<byte>? bytes, FiledText? text) in _pieces)
        {
            long length = Math.Min(text?.Length ?? bytes!.WrittenCount, count);
            await (
                text?.WriteToAsync(output, length, cancellation)
                ?? output.WriteAsync(bytes!.WrittenMemory[..(int)length], cancellation).AsTask()
            );
            count -= length;
        }
    }

    private AnswerBody Add(FiledText text)
    {
        _pieces.Add((null, text));
        Length += text.Length;
        return this;
    }
}

using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace ComputeHorde.Sdk;

/// <summary>
/// Keeps the long texts of an answer in a temporary file, which nobody else can open and which is gone with the process, however that ends.
/// </summary>
internal sealed class TextSpool : IDisposable
{
    private const int PieceSize = 16 * 1024;

    /// <summary>Not to be guessed by whoever wrote the texts.</summary>
    private readonly string _mark = $"~{Guid.NewGuid():N}~";
    private readonly List<OutputPart> _texts = [];
    private readonly JsonTextDecoder _decoder = new();
    private FileStream? _file;
    private long _begin,
        _end;

    /// <summary>Begins a text.</summary>
    public void Begin() => _begin = _end;

    /// <summary>Adds what stands between the quotes of the text in JSON.</summary>
    public void Write(ReadOnlySpan<byte> raw) => Append(_decoder.Decode(raw, isEnd: false));

    /// <summary>Ends the text.</summary>
    /// <returns>What to write between quotes in its place.</returns>
    public byte[] End()
    {
        Append(_decoder.Decode([], isEnd: true));
        _texts.Add(Part());
        return Encoding.ASCII.GetBytes($"{_mark}{_texts.Count - 1}");
    }

    /// <summary>The text that a mark stands for; null when it is a text of its own.</summary>
    public OutputPart? Find(string text) =>
        text.StartsWith(_mark, StringComparison.Ordinal) && int.TryParse(text.AsSpan(_mark.Length), out var index) ? _texts[index] : null;

    /// <summary>The bytes that a text stands for; null when it is not Base64.</summary>
    public async Task<OutputPart?> FromBase64Async(OutputPart text, CancellationToken cancellationToken)
    {
        _begin = _end;
        await using var stream = text.OpenRead();
        var (piece, decoded) = (new byte[PieceSize], new byte[PieceSize]);
        var length = 0;
        for (var isEnd = false; !isEnd;)
        {
            var read = await stream.ReadAsync(piece.AsMemory(length), cancellationToken);
            (length, isEnd) = (length + read, read == 0);
            var status = Base64.DecodeFromUtf8(
                piece.AsSpan(0, length),
                decoded,
                out var consumed,
                out var written,
                isFinalBlock: isEnd || stream.Position == stream.Length
            );
            if (status == OperationStatus.InvalidData)
            {
                return null;
            }

            Append(decoded.AsSpan(0, written));
            length -= consumed;
            piece.AsSpan(consumed, length).CopyTo(piece);
        }

        return Part();
    }

    public void Dispose() => _file?.Dispose();

    private OutputPart Part()
    {
        _file ??= Create();
        var (file, begin, length) = (_file.SafeFileHandle, _begin, _end - _begin);
        return new OutputPart(length, () => new FilePartStream(file, begin, length));
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        _file ??= Create();
        RandomAccess.Write(_file.SafeFileHandle, bytes, _end);
        _end += bytes.Length;
    }

    private static FileStream Create()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Delete,
            Options = FileOptions.DeleteOnClose,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            var file = new FileStream(path, options);
            if (!OperatingSystem.IsWindows())
            {
                File.Delete(path); // Open all the same; a process that is killed leaves nothing behind.
            }

            return file;
        }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException($"No temporary file can be written: {error.Message}", error);
        }
    }
}

using System.Text;
using ComputeHorde.Emulator.Python;

namespace ComputeHorde.Emulator.Storage;

/// <summary>
/// Keeps the long texts of results in a temporary file that is gone with the process, however that ends: a hundred jobs that print
/// megabytes, which every answer has twice, would be a gigabyte of memory.
/// </summary>
internal sealed class TextFile : IDisposable
{
    private const int LongText = 64 * 1024;
    private readonly Lock _lock = new();
    private FileStream? _file;
    private long _end;

    /// <summary>
    /// Puts filed texts in the places of long ones, in the object itself. Where no file can be written they stay as they are.
    /// </summary>
    public PyDict Take(PyDict metadata)
    {
        foreach (string key in metadata.Keys.ToArray())
        {
            metadata[key] = metadata[key] switch
            {
                PyDict inner => Take(inner),
                string { Length: > LongText } text => TryKeep(text),
                var other => other,
            };
        }

        return metadata;
    }

    public void Dispose() => _file?.Dispose();

    private object TryKeep(string text)
    {
        try
        {
            return Keep(text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return text; // A full disk costs memory and no job.
        }
    }

    private FiledText Keep(string text)
    {
        lock (_lock)
        {
            _file ??= Create();
            long begin = _end;
            for (int at = 0, length; at < text.Length; at += length)
            {
                // Not between the halves of a character.
                length = Math.Min(LongText, text.Length - at);
                length -= at + length < text.Length && char.IsHighSurrogate(text[at + length - 1]) ? 1 : 0;
                byte[] json = Encoding.UTF8.GetBytes(PyJsonWriter.Compact(text.Substring(at, length)));
                RandomAccess.Write(_file.SafeFileHandle, json.AsSpan(1, json.Length - 2), _end);
                _end += json.Length - 2;
            }

            return new FiledText(_file.SafeFileHandle, begin, _end - begin);
        }
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
        if (OperatingSystem.IsWindows())
        {
            return new FileStream(PathOfNew(), options);
        }

        options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(PathOfNew(), options);
        File.Delete(file.Name);
        return file;
    }

    private static string PathOfNew() => Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
}

using System.Text;

namespace ComputeHorde.Sdk;

/// <summary>Standard output, standard error or an artifact of a job.</summary>
public sealed class OutputPart
{
    private readonly Func<Stream> _open;

    internal OutputPart(long length, Func<Stream> open) => (Length, _open) = (length, open);

    /// <summary>Size in bytes.</summary>
    public long Length { get; }

    /// <summary>Opens it for reading, as often as needed, until the <see cref="JobOutput"/> is disposed.</summary>
    /// <returns>The bytes, of texts in UTF-8; the stream can seek.</returns>
    public Stream OpenRead() => _open();

    internal static OutputPart Of(byte[] bytes) => new(bytes.Length, () => new MemoryStream(bytes, writable: false));

    internal static OutputPart Of(string text) => Of(Encoding.UTF8.GetBytes(text));
}

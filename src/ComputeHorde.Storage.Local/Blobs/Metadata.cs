using System.Text;
using ComputeHorde.Storage.Local.Http;

namespace ComputeHorde.Storage.Local.Blobs;

/// <summary>The headers <c>x-ms-meta-*</c>, of containers, blobs and queues.</summary>
internal static class Metadata
{
    private const string Prefix = "x-ms-meta-";
    private const int LargestBytes = 8 << 10;

    /// <exception cref="StorageError">A name is no C# identifier, or there is too much.</exception>
    public static Dictionary<string, string> Read(StorageRequest request)
    {
        Dictionary<string, string> metadata = [];
        var bytes = 0;
        foreach (var (header, value) in request.Headers)
        {
            if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var name = header[Prefix.Length..];
            if (name.Length == 0)
            {
                throw new StorageError(400, "EmptyMetadataKey", "The key for one of the metadata key-value pairs is empty.");
            }

            if (!IsIdentifier(name))
            {
                throw Errors.InvalidMetadata();
            }

            metadata[name] = value.Trim();
            bytes += name.Length + Encoding.UTF8.GetByteCount(value);
        }

        return bytes <= LargestBytes
            ? metadata
            : throw new StorageError(400, "MetadataTooLarge", "The size of the specified metadata exceeds the maximum size permitted.");
    }

    public static StorageResponse WithMetadata(this StorageResponse response, Dictionary<string, string> metadata)
    {
        foreach (var (name, value) in metadata)
        {
            response.With(Prefix + name, value);
        }

        return response;
    }

    public static void Write(XmlBody xml, Dictionary<string, string> metadata)
    {
        xml.Writer.WriteStartElement("Metadata");
        foreach (var (name, value) in metadata)
        {
            xml.Writer.WriteElementString(name, XmlBody.Printable(value));
        }

        xml.Writer.WriteEndElement();
    }

    private static bool IsIdentifier(string name) =>
        (char.IsLetter(name[0]) || name[0] == '_') && name.All(static letter => char.IsLetterOrDigit(letter) || letter == '_');
}

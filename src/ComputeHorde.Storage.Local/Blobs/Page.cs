using System.Text;
using ComputeHorde.Storage.Local.Http;
using ComputeHorde.Storage.Local.Stores;

namespace ComputeHorde.Storage.Local.Blobs;

/// <summary>What a listing asks for: so many names with a prefix, after the last one that the asker has.</summary>
internal sealed record Page(string Prefix, string? After, int Size, StorageRequest Request)
{
    private const int LargestSize = 5000;

    /// <summary>Begins the marker for a name that XML cannot hold.</summary>
    private const string Encoded = "!base64!";

    public static Page Of(StorageRequest request)
    {
        var prefix = request.Parameter("prefix") ?? "";
        var size = LargestSize;
        if (request.Parameter("maxresults") is { } text)
        {
            if (!int.TryParse(text, out size))
            {
                throw Errors.InvalidParameter("maxresults", text, "It is a number.");
            }

            size = size > 0 ? Math.Min(size, LargestSize) : throw Errors.ParameterOutOfRange("maxresults", text, 1, LargestSize);
        }

        return new Page(prefix, request.Parameter("marker") is { } marker ? Decode(marker) : null, size, request);
    }

    /// <summary>Where the names of this page begin; <see cref="After"/> itself is not one of them.</summary>
    public string From => After is null || Utf8Order.Compare(After, Prefix) < 0 ? Prefix : After;

    /// <summary>The rows of this page, and one more when there is another page.</summary>
    public List<KeyValuePair<string, T>> Rows<T>(IReadTransaction transaction, Table<T> table)
        where T : class =>
        transaction
            .Scan(table, "", From)
            .TakeWhile(row => row.Key.StartsWith(Prefix, StringComparison.Ordinal))
            .Where(row => row.Key != After)
            .Take(Size + 1)
            .ToList();

    public bool Includes(string what) => (Request.Parameter("include") ?? "").Split(',').Contains(what, StringComparer.OrdinalIgnoreCase);

    /// <summary>Writes what the request asked for, before the entries.</summary>
    public void WriteStart(XmlBody xml, Uri endpoint, string? container, string? delimiter)
    {
        xml.Writer.WriteStartElement("EnumerationResults");
        xml.Writer.WriteAttributeString("ServiceEndpoint", endpoint.AbsoluteUri.TrimEnd('/') + "/");
        if (container is not null)
        {
            xml.Writer.WriteAttributeString("ContainerName", container);
        }

        WriteGiven(xml, "Prefix", Request.Parameter("prefix"));
        WriteGiven(xml, "Marker", Request.Parameter("marker"));
        WriteGiven(xml, "MaxResults", Request.Parameter("maxresults"));
        WriteGiven(xml, "Delimiter", delimiter);
    }

    /// <summary>Writes the last name of the page, after which the next one begins; null for the last page.</summary>
    public static void WriteEnd(XmlBody xml, string? last)
    {
        xml.Writer.WriteElementString("NextMarker", last is null ? "" : Encode(last));
        xml.Writer.WriteEndElement();
    }

    private static void WriteGiven(XmlBody xml, string element, string? value)
    {
        if (value is not null)
        {
            xml.Writer.WriteElementString(element, XmlBody.Printable(value));
        }
    }

    private static string Encode(string name) =>
        XmlBody.IsText(name) ? name : Encoded + Convert.ToBase64String(Encoding.UTF8.GetBytes(name));

    private static string Decode(string marker)
    {
        if (!marker.StartsWith(Encoded, StringComparison.Ordinal))
        {
            return marker;
        }

        var bytes = new byte[marker.Length];
        return Convert.TryFromBase64String(marker[Encoded.Length..], bytes, out var length)
            ? Encoding.UTF8.GetString(bytes, 0, length)
            : throw Errors.InvalidParameter("marker", marker, "It is not one that this storage gave.");
    }
}

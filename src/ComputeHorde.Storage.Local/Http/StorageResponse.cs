using System.Text;

namespace ComputeHorde.Storage.Local.Http;

/// <summary>An answer. Whoever sends it disposes its body.</summary>
internal sealed class StorageResponse(int status)
{
    public int Status { get; } = status;

    public List<KeyValuePair<string, string>> Headers { get; } = [];

    public Stream Body { get; private set; } = Stream.Null;

    public long ContentLength { get; private set; }

    public StorageResponse With(string name, string? value)
    {
        if (value is not null)
        {
            Headers.Add(new KeyValuePair<string, string>(name, value));
        }

        return this;
    }

    public StorageResponse WithBody(Stream body, long length)
    {
        (Body, ContentLength) = (body, length);
        return this;
    }

    public StorageResponse WithXml(byte[] xml) =>
        With("Content-Type", "application/xml").WithBody(new MemoryStream(xml, writable: false), xml.Length);

    public StorageResponse WithXml(string xml) => WithXml(Encoding.UTF8.GetBytes(xml));

    /// <summary>For HEAD: the length of what a GET would send, without it.</summary>
    public StorageResponse WithoutBody(long length)
    {
        Body.Dispose();
        return WithBody(Stream.Null, length);
    }
}

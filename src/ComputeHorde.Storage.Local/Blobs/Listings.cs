using ComputeHorde.Storage.Local.Http;
using ComputeHorde.Storage.Local.Stores;

namespace ComputeHorde.Storage.Local.Blobs;

/// <summary>List Containers and List Blobs.</summary>
internal sealed class Listings(BlobContext context, Uri endpoint)
{
    /// <summary>After every name that begins with the text before it.</summary>
    private const string Highest = "\U0010FFFF";

    public Task<StorageResponse> ListContainersAsync(StorageRequest request, CancellationToken cancellation)
    {
        var page = Page.Of(request);
        var rows = context.Store.Read(transaction => page.Rows(transaction, Tables.Containers));
        using var xml = new XmlBody();
        page.WriteStart(xml, endpoint, container: null, delimiter: null);
        xml.Writer.WriteStartElement("Containers");
        foreach (var (name, container) in rows.Take(page.Size))
        {
            Write(xml, name, container, page.Includes("metadata"));
        }

        xml.Writer.WriteEndElement();
        Page.WriteEnd(xml, rows.Count > page.Size ? rows[page.Size - 1].Key : null);
        return Task.FromResult(new StorageResponse(200).WithXml(xml.ToBytes()));
    }

    public Task<StorageResponse> ListBlobsAsync(StorageRequest request, CancellationToken cancellation)
    {
        var page = Page.Of(request);
        var container = request.Scope!;
        var delimiter = request.Parameter("delimiter");
        var (entries, last) = context.Store.Read(transaction =>
        {
            BlobContext.NeedContainer(transaction, container);
            return Collect(transaction, container, page, delimiter);
        });
        using var xml = new XmlBody();
        page.WriteStart(xml, endpoint, container, delimiter);
        xml.Writer.WriteStartElement("Blobs");
        foreach (var entry in entries)
        {
            BlobXml.Write(xml, entry, page.Includes("metadata"), page.Includes("copy"));
        }

        xml.Writer.WriteEndElement();
        Page.WriteEnd(xml, last);
        return Task.FromResult(new StorageResponse(200).WithXml(xml.ToBytes()));
    }

    /// <returns>Blobs, and in their midst common beginnings without a blob; and the last of them, when there is another page.</returns>
    private static (List<Entry> Entries, string? Last) Collect(IReadTransaction transaction, string container, Page page, string? delimiter)
    {
        List<Entry> entries = [];
        var from = page.From;
        var group = page.After is { } after && delimiter is not null && Group(after, page.Prefix, delimiter) == after ? after : null;
        for (var more = true; more;)
        {
            more = false;
            foreach (var entry in Scan(transaction, container, from, page.Includes("uncommittedblobs")))
            {
                var name = entry.Name;
                if (!name.StartsWith(page.Prefix, StringComparison.Ordinal))
                {
                    break;
                }

                if (name == page.After || (group is not null && name.StartsWith(group, StringComparison.Ordinal)))
                {
                    continue;
                }

                if (entries.Count == page.Size)
                {
                    return (entries, entries[^1].Name);
                }

                if (delimiter is null || Group(name, page.Prefix, delimiter) is not { } common)
                {
                    entries.Add(entry);
                    continue;
                }

                // What begins so is one entry: go on behind it, without looking at each.
                group = common;
                entries.Add(new Entry(group, Blob: null, IsPrefix: true));
                from = group + Highest;
                more = true;
                break;
            }
        }

        return (entries, null);
    }

    /// <returns>The beginning of a name up to the first delimiter after the prefix; null when there is none.</returns>
    private static string? Group(string name, string prefix, string delimiter)
    {
        var end = name.Length < prefix.Length ? -1 : name.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
        return end < 0 ? null : name[..(end + delimiter.Length)];
    }

    private static IEnumerable<Entry> Scan(IReadTransaction transaction, string container, string from, bool withUncommitted)
    {
        var blobs = transaction.Scan(Tables.Blobs, container, from).Select(static row => new Entry(row.Key, row.Value, IsPrefix: false));
        if (!withUncommitted)
        {
            return blobs;
        }

        var waiting = transaction
            .Scan(Tables.Blocks, container, from)
            .Select(static row => BlockRecord.Parse(row.Key).Blob)
            .Distinct()
            .Where(name => transaction.Find(Tables.Blobs, container, name) is null)
            .Select(static name => new Entry(name, Blob: null, IsPrefix: false))
            .ToList();
        return waiting.Count == 0 ? blobs : blobs.Concat(waiting).Order(Entry.ByName);
    }

    private static void Write(XmlBody xml, string name, ContainerRecord container, bool withMetadata)
    {
        xml.Writer.WriteStartElement("Container");
        xml.Writer.WriteElementString("Name", name);
        xml.Writer.WriteStartElement("Properties");
        xml.Writer.WriteElementString("Last-Modified", HttpDate.Format(container.Modified));
        xml.Writer.WriteElementString("Etag", container.ETag);
        xml.Writer.WriteElementString("LeaseStatus", "unlocked");
        xml.Writer.WriteElementString("LeaseState", "available");
        xml.Writer.WriteElementString("HasImmutabilityPolicy", "false");
        xml.Writer.WriteElementString("HasLegalHold", "false");
        xml.Writer.WriteEndElement();
        if (withMetadata)
        {
            Metadata.Write(xml, container.Metadata);
        }

        xml.Writer.WriteEndElement();
    }
}

/// <summary>A line of a listing. There is no record for a common beginning, and for a blob that only has blocks so far.</summary>
internal sealed record Entry(string Name, BlobRecord? Blob, bool IsPrefix)
{
    public static readonly IComparer<Entry> ByName = Comparer<Entry>.Create(
        static (left, right) => Utf8Order.Compare(left.Name, right.Name)
    );
}

using System.Xml;
using ComputeHorde.Storage.Local.Http;

namespace ComputeHorde.Storage.Local.Blobs;

/// <summary>The body of Put Block List: which blocks make the blob, and where each is to be looked for.</summary>
internal static class BlockList
{
    private const int LongestList = 50_000;

    public static List<(string Source, string Id)> Parse(byte[] body)
    {
        List<(string, string)> blocks = [];
        try
        {
            using var xml = XmlBody.Read(body);
            xml.MoveToContent();
            if (xml.Name != "BlockList")
            {
                throw Errors.InvalidXml();
            }

            if (xml.IsEmptyElement)
            {
                return blocks;
            }

            xml.ReadStartElement();
            while (xml.MoveToContent() == XmlNodeType.Element)
            {
                var source = xml.Name;
                if (source is not ("Committed" or "Uncommitted" or "Latest"))
                {
                    throw Errors.InvalidXml();
                }

                blocks.Add((source, xml.ReadElementContentAsString()));
            }
        }
        catch (XmlException)
        {
            throw Errors.InvalidXml();
        }

        return blocks.Count <= LongestList
            ? blocks
            : throw new StorageError(400, "BlockListTooLong", "The block list may not contain more than 50,000 blocks.");
    }

    public static Segment[] Choose(List<(string Source, string Id)> list, BlobRecord? earlier, Dictionary<string, Segment> waiting)
    {
        Dictionary<string, Segment> committed = [];
        foreach (var segment in earlier?.Segments ?? [])
        {
            if (segment.Block is not null)
            {
                committed[segment.Block] = segment;
            }
        }

        return
        [
            .. list.Select(entry =>
                entry.Source switch
                {
                    "Committed" => committed.GetValueOrDefault(entry.Id),
                    "Uncommitted" => waiting.GetValueOrDefault(entry.Id),
                    _ => waiting.GetValueOrDefault(entry.Id) ?? committed.GetValueOrDefault(entry.Id),
                } ?? throw Errors.InvalidBlockList()
            ),
        ];
    }
}

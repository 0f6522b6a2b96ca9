using ComputeHorde.Storage.Local.Http;

namespace ComputeHorde.Storage.Local.Blobs;

/// <summary>A blob in a listing.</summary>
internal static class BlobXml
{
    public static void Write(XmlBody xml, Entry entry, bool withMetadata, bool withCopy)
    {
        if (entry.IsPrefix)
        {
            xml.Writer.WriteStartElement("BlobPrefix");
            WriteName(xml, entry.Name);
            xml.Writer.WriteEndElement();
            return;
        }

        xml.Writer.WriteStartElement("Blob");
        WriteName(xml, entry.Name);
        xml.Writer.WriteStartElement("Properties");
        WriteProperties(xml, entry.Blob, withCopy);
        xml.Writer.WriteEndElement();
        if (withMetadata && entry.Blob is not null)
        {
            Metadata.Write(xml, entry.Blob.Metadata);
        }

        xml.Writer.WriteEndElement();
    }

    /// <summary>A name that XML cannot hold is percent-encoded, and says so.</summary>
    private static void WriteName(XmlBody xml, string name)
    {
        xml.Writer.WriteStartElement("Name");
        if (XmlBody.IsText(name))
        {
            xml.Writer.WriteString(name);
        }
        else
        {
            xml.Writer.WriteAttributeString("Encoded", "true");
            xml.Writer.WriteString(Uri.EscapeDataString(name));
        }

        xml.Writer.WriteEndElement();
    }

    private static void WriteProperties(XmlBody xml, BlobRecord? blob, bool withCopy)
    {
        if (blob is null)
        {
            Write(xml, "Content-Length", "0");
            Write(xml, "BlobType", "BlockBlob");
            return;
        }

        Write(xml, "Creation-Time", HttpDate.Format(blob.Created));
        Write(xml, "Last-Modified", HttpDate.Format(blob.Modified));
        Write(xml, "Etag", blob.ETag.Trim('"'));
        Write(xml, "Content-Length", blob.Length.ToString());
        Write(xml, "Content-Type", blob.Headers.ContentType);
        Write(xml, "Content-Encoding", blob.Headers.ContentEncoding);
        Write(xml, "Content-Language", blob.Headers.ContentLanguage);
        Write(xml, "Content-MD5", blob.Headers.ContentMd5);
        Write(xml, "Content-Disposition", blob.Headers.ContentDisposition);
        Write(xml, "Cache-Control", blob.Headers.CacheControl);
        Write(xml, "BlobType", "BlockBlob");
        Write(xml, "AccessTier", "Hot");
        Write(xml, "AccessTierInferred", "true");
        Write(xml, "LeaseStatus", "unlocked");
        Write(xml, "LeaseState", "available");
        if (withCopy && blob.Copy is { } copy)
        {
            Write(xml, "CopyId", copy.Id);
            Write(xml, "CopyStatus", "success");
            Write(xml, "CopySource", copy.Source);
            Write(xml, "CopyProgress", $"{blob.Length}/{blob.Length}");
            Write(xml, "CopyCompletionTime", HttpDate.Format(copy.Completed));
        }

        Write(xml, "ServerEncrypted", "true");
    }

    private static void Write(XmlBody xml, string element, string? value)
    {
        if (value is not null)
        {
            xml.Writer.WriteElementString(element, XmlBody.Printable(value));
        }
    }
}

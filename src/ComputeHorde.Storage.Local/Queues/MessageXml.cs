using ComputeHorde.Storage.Local.Http;

namespace ComputeHorde.Storage.Local.Queues;

/// <summary>Messages as answers show them: to the sender without their text, to the reader without a receipt.</summary>
internal static class MessageXml
{
    public static byte[] Sent(string id, MessageRecord message) => Write([(id, message)], static (xml, message) => WriteHold(xml, message));

    public static byte[] Taken(IEnumerable<(string Id, MessageRecord Message)> messages) =>
        Write(
            messages,
            static (xml, message) =>
            {
                WriteHold(xml, message);
                WriteContent(xml, message);
            }
        );

    public static byte[] Peeked(IEnumerable<(string Id, MessageRecord Message)> messages) => Write(messages, WriteContent);

    private static byte[] Write(IEnumerable<(string Id, MessageRecord Message)> messages, Action<XmlBody, MessageRecord> write)
    {
        using var xml = new XmlBody();
        xml.Writer.WriteStartElement("QueueMessagesList");
        foreach (var (id, message) in messages)
        {
            xml.Writer.WriteStartElement("QueueMessage");
            xml.Writer.WriteElementString("MessageId", id);
            xml.Writer.WriteElementString("InsertionTime", HttpDate.Format(message.Inserted));
            xml.Writer.WriteElementString("ExpirationTime", HttpDate.Format(message.Expires));
            write(xml, message);
            xml.Writer.WriteEndElement();
        }

        xml.Writer.WriteEndElement();
        return xml.ToBytes();
    }

    private static void WriteHold(XmlBody xml, MessageRecord message)
    {
        xml.Writer.WriteElementString("PopReceipt", message.Receipt);
        xml.Writer.WriteElementString("TimeNextVisible", HttpDate.Format(message.Due));
    }

    private static void WriteContent(XmlBody xml, MessageRecord message)
    {
        xml.Writer.WriteElementString("DequeueCount", message.DequeueCount.ToString());
        xml.Writer.WriteElementString("MessageText", message.Text);
    }
}

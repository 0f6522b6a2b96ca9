using System.Buffers.Text;

namespace ComputeHorde.Durable.Batches;

/// <summary>
/// The document in a queue message. Some senders put it there as it is, others as Base64, and host.json's <c>messageEncoding</c> could name
/// only one of them: it says <c>none</c>, and the difference is found here.
/// </summary>
internal static class QueueText
{
    private const byte FirstByteOfAByteOrderMark = 0xEF;

    /// <summary>Gives the document; a body that is neither JSON nor Base64 is given as it is, for its reader to complain about.</summary>
    public static BinaryData Of(BinaryData body)
    {
        var text = body.ToMemory().Span.Trim(" \t\r\n"u8);

        // Neither an object nor a byte order mark can begin Base64.
        if (text.IsEmpty || text[0] is (byte)'{' or FirstByteOfAByteOrderMark)
        {
            return body;
        }

        var decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return Base64.DecodeFromUtf8(text, decoded, out _, out var length) == System.Buffers.OperationStatus.Done
            ? BinaryData.FromBytes(decoded.AsMemory(0, length))
            : body;
    }
}

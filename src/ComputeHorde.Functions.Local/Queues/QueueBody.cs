using System.Text;

namespace ComputeHorde.Functions.Local.Queues;

/// <summary>The body of a queue message. Senders may have written it as Base64 or as plain text: both are understood.</summary>
internal static class QueueBody
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="text">The text as it is in the queue.</param>
    /// <param name="base64">Whether host.json's <c>messageEncoding</c> is <c>base64</c>.</param>
    /// <param name="binary">Whether the receiver wants bytes; otherwise Base64 that does not hold text is taken as plain text.</param>
    public static BinaryData Decode(string text, bool base64, bool binary)
    {
        var plain = new BinaryData(Encoding.UTF8.GetBytes(text));
        if (!base64 || text.Length % 4 != 0)
            return plain;

        var bytes = new byte[text.Length / 4 * 3];
        if (!Convert.TryFromBase64String(text, bytes, out var length))
            return plain;

        return binary || IsText(bytes.AsSpan(0, length)) ? new BinaryData(bytes.AsMemory(0, length)) : plain;
    }

    public static string Encode(BinaryData body, bool base64) =>
        base64 ? Convert.ToBase64String(body.ToMemory().Span) : body.ToString();

    private static bool IsText(ReadOnlySpan<byte> bytes)
    {
        try
        {
            Utf8.GetCharCount(bytes);
            return !bytes.ContainsAnyInRange((byte)0, (byte)8);
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}

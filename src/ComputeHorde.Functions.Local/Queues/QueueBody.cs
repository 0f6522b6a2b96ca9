namespace ComputeHorde.Functions.Local.Queues;

/// <summary>
/// The body of a queue message, which is Base64 in the queue if host.json's <c>messageEncoding</c> is <c>base64</c>, and as it is
/// otherwise.
/// </summary>
internal static class QueueBody
{
    /// <returns>Null when the text is not what <c>messageEncoding</c> says.</returns>
    public static BinaryData? Decode(string text, bool base64)
    {
        if (!base64)
        {
            return new BinaryData(text);
        }

        var bytes = new byte[(text.Length / 4 * 3) + 3];
        return Convert.TryFromBase64String(text, bytes, out var length) ? new BinaryData(bytes.AsMemory(0, length)) : null;
    }

    public static string Encode(BinaryData body, bool base64) => base64 ? Convert.ToBase64String(body.ToMemory().Span) : body.ToString();
}

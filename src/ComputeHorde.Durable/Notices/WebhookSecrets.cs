namespace ComputeHorde.Durable.Notices;

/// <summary>
/// Secrets of the Standard Webhooks specification: <c>whsec_</c> and 24 to 64 bytes in base64. While one is replaced, two stand in the
/// setting, divided by a blank.
/// </summary>
internal static class WebhookSecrets
{
    private const string Prefix = "whsec_";
    private const int LeastBytes = 24,
        MostBytes = 64;

    public const string Rule = "must be a secret of Standard Webhooks: whsec_ and 24 to 64 bytes in base64; several are divided by blanks";

    /// <exception cref="FormatException">One of them is none; the message repeats nothing of it.</exception>
    public static IReadOnlyList<byte[]> Read(string? setting) =>
        [.. (setting ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(ReadOne)];

    private static byte[] ReadOne(string text)
    {
        var encoded = text.StartsWith(Prefix, StringComparison.Ordinal) ? text[Prefix.Length..] : text;
        var key = new byte[encoded.Length];
        return Convert.TryFromBase64String(encoded, key, out var length) && length is >= LeastBytes and <= MostBytes
            ? key[..length]
            : throw new FormatException(Rule);
    }
}

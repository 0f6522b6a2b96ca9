namespace ComputeHorde.Durable.Storage;

/// <summary>Editors and shells put one before a text; it is no part of it (RFC 8259, 8.1).</summary>
internal static class ByteOrderMark
{
    private static ReadOnlySpan<byte> Utf8 => "\uFEFF"u8;

    /// <summary>A text without the mark, if it begins with one.</summary>
    public static ReadOnlyMemory<byte> Skip(ReadOnlyMemory<byte> utf8) => utf8.Span.StartsWith(Utf8) ? utf8[Utf8.Length..] : utf8;
}

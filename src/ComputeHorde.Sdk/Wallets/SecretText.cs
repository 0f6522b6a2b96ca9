using System.Text;

namespace ComputeHorde.Sdk;

/// <summary>The text of a file that holds a secret, whatever editor, shell or vault tool wrote it.</summary>
internal static class SecretText
{
    /// <summary>UTF-8 without a byte order mark, made from UTF-8 or from UTF-16 with one (as PowerShell redirects).</summary>
    public static byte[] ToUtf8(byte[] content)
    {
        if (content.AsSpan().StartsWith(Encoding.UTF8.Preamble))
        {
            return content[Encoding.UTF8.Preamble.Length..];
        }

        foreach (var encoding in (ReadOnlySpan<Encoding>)[Encoding.Unicode, Encoding.BigEndianUnicode])
        {
            if (content.AsSpan().StartsWith(encoding.Preamble))
            {
                return Encoding.Convert(
                    encoding,
                    Encoding.UTF8,
                    content,
                    encoding.Preamble.Length,
                    content.Length - encoding.Preamble.Length
                );
            }
        }

        return content;
    }
}

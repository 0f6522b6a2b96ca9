using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ComputeHorde.Emulator.Executor;

/// <summary>
/// A URL to fetch as httpx sends it: escapes stay what they are, which signed URLs depend on; what may not stand in a URL is escaped; the
/// fragment is cut off.
/// </summary>
internal static class DownloadUrl
{
    public static bool TryParse(string text, [NotNullWhen(true)] out Uri? url)
    {
        bool isUrl = Uri.TryCreate(
            Escaped(text.Split('#')[0]),
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true },
            out url
        );
        if (!isUrl || url!.Scheme is not ("http" or "https"))
        {
            url = null;
        }

        return url is not null;
    }

    private static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            _ =
                b is <= 0x20 or >= 0x7f || "\"<>\\^`{|}".Contains((char)b, StringComparison.Ordinal)
                    ? escaped.Append($"%{b:X2}")
                    : escaped.Append((char)b);
        }

        return escaped.ToString();
    }
}

using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace ComputeHorde.Durable.Storage;

/// <summary>
/// Where a page of a list of blobs ended, as its caller sees it. Storage accounts differ in what they make of a marker that is none of
/// theirs: some answer with an empty page. So it has a check sum, which also tells one list's from another's.
/// </summary>
internal static class ListToken
{
    private const int SumLength = 6;

    /// <param name="list">The list's name.</param>
    /// <param name="marker">What storage gave.</param>
    /// <returns>Null at the end of the list.</returns>
    public static string? Of(string list, string? marker) =>
        string.IsNullOrEmpty(marker) ? null : WebEncoders.Base64UrlEncode([.. Sum(list, marker), .. Encoding.UTF8.GetBytes(marker)]);

    /// <summary>Reads what <see cref="Of"/> gave.</summary>
    /// <returns>The marker; null when the text is no token of this list.</returns>
    public static string? Read(string list, string text)
    {
        try
        {
            var bytes = WebEncoders.Base64UrlDecode(text);
            var marker = bytes.Length > SumLength ? Encoding.UTF8.GetString(bytes.AsSpan(SumLength)) : null;
            return marker is not null && Sum(list, marker).AsSpan().SequenceEqual(bytes.AsSpan(0, SumLength)) ? marker : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static byte[] Sum(string list, string marker) => SHA256.HashData(Encoding.UTF8.GetBytes($"{list}\n{marker}"))[..SumLength];
}

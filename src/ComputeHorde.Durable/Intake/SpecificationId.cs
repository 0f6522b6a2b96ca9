using System.Security.Cryptography;
using System.Text;
using Azure;

namespace ComputeHorde.Durable.Intake;

/// <summary>The names of runs and batches that a blob starts: one for each version of the blob.</summary>
internal static class SpecificationId
{
    private const string Prefix = "blob-";
    private const int SlugLength = 40,
        HashLength = 16;

    /// <summary>The name for a blob in one version: <c>blob-&lt;name&gt;-&lt;hash of path and ETag&gt;</c>.</summary>
    public static string Of(string container, string name, ETag version)
    {
        var hash = Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes($"{container}/{name}\n{version.ToString("G").Trim('"')}"))
        )[..HashLength];
        var readable = name.EndsWith(".json", StringComparison.Ordinal) ? name[..^5] : name;
        var slug = string.Concat(
            readable
                .Take(SlugLength)
                .Select(static character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' ? character : '-')
        );
        return $"{Prefix}{slug}-{hash}";
    }

    /// <summary>Whether a run may have been started by a blob, itself or with its batch. Others have no URLs prepared.</summary>
    public static bool IsOne(string id) => id.StartsWith(Prefix, StringComparison.Ordinal);
}

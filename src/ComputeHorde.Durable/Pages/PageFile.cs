using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace ComputeHorde.Durable.Pages;

/// <summary>A file of the page, out of the assembly.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="ContentType">What they are.</param>
/// <param name="Tag">Tells this version from others.</param>
internal sealed record PageFile(byte[] Content, string ContentType, EntityTagHeaderValue Tag)
{
    private const string Prefix = "page/";

    private static readonly Dictionary<string, string> ContentTypes = new(StringComparer.Ordinal)
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    };

    private static readonly Dictionary<string, PageFile> All = typeof(PageFile)
        .Assembly.GetManifestResourceNames()
        .Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .ToDictionary(static name => name[Prefix.Length..], Read, StringComparer.Ordinal);

    public static PageFile Index => All["index.html"];

    public static PageFile? Find(string name) => All.GetValueOrDefault(name);

    private static PageFile Read(string resource)
    {
        using var stream = typeof(PageFile).Assembly.GetManifestResourceStream(resource)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return new PageFile(
            content,
            ContentTypes[Path.GetExtension(resource)],
            new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 16))}\"")
        );
    }
}

using System.Text.Json.Nodes;

namespace ComputeHorde.Sdk;

/// <summary>A ZIP fetched by HTTP GET and unpacked into the mount path.</summary>
/// <param name="Url">Absolute http or https URL of the ZIP, sent exactly as given.</param>
public sealed record ZipUrlVolume(string Url) : InputVolume
{
    internal override JsonObject ToWire(string relativePath) =>
        new()
        {
            ["volume_type"] = "zip_url",
            ["contents"] = Url,
            ["relative_path"] = relativePath,
        };

    /// <summary>The URL without its query, which may hold a signature.</summary>
    /// <returns>A short description.</returns>
    public override string ToString() => $"ZipUrlVolume {Redact.Url(Url)}";
}

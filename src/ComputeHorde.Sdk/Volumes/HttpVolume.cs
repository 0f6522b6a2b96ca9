using System.Text.Json.Nodes;

namespace ComputeHorde.Sdk;

/// <summary>One file fetched by HTTP GET and saved at the mount path; at most 2 GiB.</summary>
/// <param name="Url">Absolute http or https URL, sent exactly as given.</param>
public sealed record HttpVolume(string Url) : InputVolume
{
    internal override JsonObject ToWire(string relativePath) =>
        new()
        {
            ["volume_type"] = "single_file",
            ["url"] = Url,
            ["relative_path"] = relativePath,
        };

    /// <summary>The URL without its query, which may hold a signature.</summary>
    /// <returns>A short description.</returns>
    public override string ToString() => $"HttpVolume {Redact.Url(Url)}";
}

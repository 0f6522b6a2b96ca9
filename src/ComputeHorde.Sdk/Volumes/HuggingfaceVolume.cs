using System.Text.Json.Nodes;

namespace ComputeHorde.Sdk;

/// <summary>A snapshot of a Hugging Face repository, put into the mount path.</summary>
/// <param name="RepoId">Repository, for instance <c>org/model</c>.</param>
public sealed record HuggingfaceVolume(string RepoId) : InputVolume
{
    /// <summary><c>model</c>, <c>dataset</c> or <c>space</c>. Default null, which means model.</summary>
    public string? RepoType { get; init; }

    /// <summary>Branch, tag or commit. Default null: the main branch.</summary>
    public string? Revision { get; init; }

    /// <summary>Which files to take. Default null: all.</summary>
    public AllowPatterns? AllowPatterns { get; init; }

    /// <summary>
    /// Access token for a private repository. Default null. The facilitator shows it in every answer about the job to this hotkey.
    /// </summary>
    public string? Token { get; init; }

    internal override JsonObject ToWire(string relativePath) =>
        new()
        {
            ["volume_type"] = "huggingface_volume",
            ["repo_id"] = RepoId,
            ["repo_type"] = RepoType,
            ["revision"] = Revision,
            ["relative_path"] = relativePath,
            ["allow_patterns"] = AllowPatterns?.ToNode(),
            ["token"] = Token,
        };

    /// <summary>Repository and revision; never the token.</summary>
    /// <returns>A short description.</returns>
    public override string ToString() => $"HuggingfaceVolume {RepoId}@{Revision ?? "main"}";
}

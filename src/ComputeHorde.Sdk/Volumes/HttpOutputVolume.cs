using System.Text.Json.Nodes;

namespace ComputeHorde.Sdk;

/// <summary>
/// Uploads one file to a (presigned) URL. Azure Blob SAS: PUT with <c>x-ms-blob-type: BlockBlob</c> in <see cref="SignedHeaders"/>.
/// </summary>
/// <param name="HttpMethod"><c>PUT</c>, or <c>POST</c> for a multipart form.</param>
/// <param name="Url">Absolute http or https URL, sent exactly as given.</param>
public sealed record HttpOutputVolume(string HttpMethod, string Url) : OutputVolume
{
    /// <summary>The method PUT.</summary>
    public const string Put = "PUT";

    /// <summary>The method POST.</summary>
    public const string Post = "POST";

    /// <summary>Form fields that precede the file in a POST, in order. Default null; not allowed with PUT.</summary>
    public OrderedDictionary<string, string>? FormFields { get; init; }

    /// <summary>Extra request headers, in order. Default null.</summary>
    public OrderedDictionary<string, string>? SignedHeaders { get; init; }

    internal override JsonObject ToWire(string relativePath) =>
        HttpMethod == Post
            ? new()
            {
                ["output_upload_type"] = "single_file_post",
                ["url"] = Url,
                ["form_fields"] = WireMap.From(FormFields),
                ["relative_path"] = relativePath,
                ["signed_headers"] = WireMap.From(SignedHeaders),
            }
            : new()
            {
                ["output_upload_type"] = "single_file_put",
                ["url"] = Url,
                ["relative_path"] = relativePath,
                ["signed_headers"] = WireMap.From(SignedHeaders),
            };

    /// <summary>Method and URL without its query; never form fields or headers.</summary>
    /// <returns>A short description.</returns>
    public override string ToString() => $"{HttpMethod} {Redact.Url(Url)}";
}

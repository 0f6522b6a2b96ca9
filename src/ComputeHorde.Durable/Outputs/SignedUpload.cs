using System.Text.Json.Serialization;

namespace ComputeHorde.Durable.Outputs;

/// <summary>A presigned upload.</summary>
/// <param name="Method"><c>PUT</c> or <c>POST</c>.</param>
/// <param name="Url">The URL, with its signature.</param>
/// <param name="Headers">Headers that must be sent; null for none.</param>
/// <param name="FormFields">Fields of the form, for <c>POST</c>; null for none.</param>
public sealed record SignedUpload(
    string Method,
    Uri Url,
    IReadOnlyDictionary<string, string>? Headers,
    IReadOnlyDictionary<string, string>? FormFields
)
{
    /// <summary>When the URL ends to work, UTC: stores may allow less than was asked for.</summary>
    [JsonIgnore]
    public DateTimeOffset ExpiresAt { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>Gives the method and the URL without its signature.</summary>
    /// <returns>A text that is safe to log.</returns>
    public override string ToString() => $"{Method} {Url.GetLeftPart(UriPartial.Path)}";
}

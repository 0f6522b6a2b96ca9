namespace ComputeHorde.Durable.Outputs;

/// <summary>Mints presigned URLs to which an untrusted machine uploads one output, and nothing else.</summary>
public interface IOutputUrlSigner
{
    /// <summary>Signs an upload.</summary>
    /// <param name="name">Where the output goes, inside the store of outputs.</param>
    /// <param name="life">How long the URL works.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The URL and what has to be sent with the upload. A secret: never log or store it.</returns>
    ValueTask<SignedUpload> SignAsync(string name, TimeSpan life, CancellationToken cancellationToken);
}

/// <summary>A presigned upload.</summary>
/// <param name="Method"><c>PUT</c> or <c>POST</c>.</param>
/// <param name="Url">The URL, with its signature.</param>
/// <param name="Headers">Headers that must be sent; null for none.</param>
/// <param name="FormFields">Fields of the form, for <c>POST</c>; null for none.</param>
public sealed record SignedUpload(
    string Method, Uri Url, IReadOnlyDictionary<string, string>? Headers, IReadOnlyDictionary<string, string>? FormFields)
{
    /// <summary>Gives the method and the URL without its signature.</summary>
    /// <returns>A text that is safe to log.</returns>
    public override string ToString() => $"{Method} {Url.GetLeftPart(UriPartial.Path)}";
}

namespace ComputeHorde.Durable.Outputs;

/// <summary>Mints presigned URLs to which an untrusted machine uploads one output, and nothing else.</summary>
public interface IOutputUrlSigner
{
    /// <summary>Signs an upload.</summary>
    /// <param name="name">Where the output goes, inside the store of outputs.</param>
    /// <param name="life">How long the URL works.</param>
    /// <returns>The URL and what has to be sent with the upload. A secret: never log or store it.</returns>
    ValueTask<SignedUpload> SignAsync(string name, TimeSpan life, CancellationToken cancellationToken);
}

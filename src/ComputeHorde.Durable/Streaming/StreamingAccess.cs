namespace ComputeHorde.Durable.Streaming;

/// <summary>
/// All that a client needs to speak to a streaming job (protocol 6.6): connect to the address over TLS, trust exactly
/// <see cref="ServerCertificate"/>, and show
/// <see cref="ClientCertificate"/>.
/// </summary>
/// <param name="Attempt">The attempt that bought it; another one has another server and another key.</param>
/// <param name="Address">Host name or address.</param>
/// <param name="Port">TCP port.</param>
/// <param name="ServerCertificate">The server's certificate, PEM.</param>
/// <param name="ServerCertificateSha256">SHA-256 of that certificate (DER), lower-case hex.</param>
/// <param name="ClientCertificate">The certificate that the server asks for, PEM.</param>
/// <param name="PrivateKey">Its private key, PKCS #8 PEM, a secret; null when the caller has it, because the request gave the
/// certificate.</param>
internal sealed record StreamingAccess(
    string JobUuid,
    int Attempt,
    string Address,
    int Port,
    string ServerCertificate,
    string ServerCertificateSha256,
    string ClientCertificate,
    string? PrivateKey
)
{
    /// <summary>The job; never the key.</summary>
    /// <returns>A short description.</returns>
    public override string ToString() => $"access to job {JobUuid}";
}

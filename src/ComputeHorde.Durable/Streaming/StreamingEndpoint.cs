using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Streaming;

/// <summary>Where a streaming job serves, and how to know that it is the one: nothing secret.</summary>
/// <param name="Address">Host name or address.</param>
/// <param name="Port">TCP port.</param>
/// <param name="ServerCertificate">The server's certificate, PEM: the only one to trust.</param>
/// <param name="ServerCertificateSha256">SHA-256 of that certificate (DER), lower-case hex.</param>
internal sealed record StreamingEndpoint(string Address, int Port, string ServerCertificate, string ServerCertificateSha256)
{
    // A certificate of an executor has about 1 KiB. This one comes from a stranger and goes into histories.
    private const int MaxCertificateBytes = 4096;

    /// <summary>Reads what the facilitator says, which has it from the executor.</summary>
    /// <returns>The endpoint; null when it is not known yet, or is none that a client could connect to.</returns>
    internal static StreamingEndpoint? Of(StreamingInfo? server)
    {
        if (server is not { IsReady: true, Port: <= 65_535 } || Uri.CheckHostName(server.Address) == UriHostNameType.Unknown)
        {
            return null;
        }

        try
        {
            using var certificate = X509Certificate2.CreateFromPem(server.ServerCertificate);
            return certificate.RawDataMemory.Length > MaxCertificateBytes
                ? null
                : new StreamingEndpoint(
                    server.Address,
                    server.Port,
                    certificate.ExportCertificatePem() + "\n",
                    Convert.ToHexStringLower(SHA256.HashData(certificate.RawDataMemory.Span))
                );
        }
        catch (CryptographicException)
        {
            // No certificate: there is nothing that a client could trust.
            return null;
        }
    }
}

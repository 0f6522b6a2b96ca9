using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ComputeHorde.Sdk;

/// <summary>
/// The client certificate of one streaming job (protocol 6.6). The public part travels with the job; the private key never leaves the
/// caller.
/// To reach the job after a restart, keep <see cref="CertificatePem"/> and <see cref="ExportPrivateKeyPem"/> in a safe place.
/// </summary>
[DebuggerDisplay("streaming certificate")]
public sealed class StreamingCertificate : IDisposable
{
    private const string BeginOfBlock = "-----BEGIN ";

    private readonly RSA? _key;

    private StreamingCertificate(string certificatePem, RSA? key)
    {
        CertificatePem = certificatePem;
        _key = key;
    }

    /// <summary>The public part, PEM.</summary>
    public string CertificatePem { get; }

    /// <summary>
    /// False when the private key is with somebody else: a job can be created with the certificate, and not be connected to.
    /// </summary>
    public bool HasPrivateKey => _key is not null;

    /// <summary>Makes a pair: RSA-2048, self-signed for localhost, valid for 365 days.</summary>
    /// <param name="timeProvider">The clock; default the system's.</param>
    /// <returns>The certificate.</returns>
    public static StreamingCertificate Create(TimeProvider? timeProvider = null)
    {
        var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = (timeProvider ?? TimeProvider.System).GetUtcNow();
        // Valid since yesterday, because the executor's clock, or ours, may be wrong.
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(364));
        return new StreamingCertificate(certificate.ExportCertificatePem() + "\n", key);
    }

    /// <summary>Restores a pair.</summary>
    /// <param name="certificatePem">As in <see cref="CertificatePem"/>.</param>
    /// <param name="privateKeyPem">As from <see cref="ExportPrivateKeyPem"/>.</param>
    /// <returns>The certificate.</returns>
    /// <exception cref="ComputeHordeException">One of the texts cannot be read, or they do not belong together.</exception>
    public static StreamingCertificate FromPem(string certificatePem, string privateKeyPem)
    {
        var key = RSA.Create();
        try
        {
            key.ImportFromPem(privateKeyPem);
            using var certificate = ReadCertificate(certificatePem);
            using var pair = certificate.CopyWithPrivateKey(key);
            return new StreamingCertificate(certificate.ExportCertificatePem() + "\n", key);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new ComputeHordeException("The streaming certificate and its key cannot be read, or do not belong together.");
        }
    }

    /// <summary>Takes a certificate alone, to create a job for somebody who keeps the private key.</summary>
    /// <param name="certificatePem">One X.509 certificate, of any kind of key. Text around it, as RFC 7468 allows, is dropped.</param>
    /// <returns>The certificate.</returns>
    /// <exception cref="ComputeHordeException">The text is no certificate, or holds more than one: above all a private key, which must not
    /// travel.</exception>
    public static StreamingCertificate FromCertificatePem(string certificatePem)
    {
        ArgumentNullException.ThrowIfNull(certificatePem);
        try
        {
            if (certificatePem.AsSpan().Count(BeginOfBlock) > 1)
            {
                throw new ComputeHordeException("The streaming certificate must be the only PEM block; a private key must not be sent.");
            }

            using var certificate = ReadCertificate(certificatePem);
            return new StreamingCertificate(certificate.ExportCertificatePem() + "\n", key: null);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new ComputeHordeException("The streaming certificate is no X.509 certificate in PEM.");
        }
    }

    /// <summary>The private key, PKCS #8 PEM. A secret.</summary>
    /// <returns>The key.</returns>
    /// <exception cref="InvalidOperationException">The key is with somebody else (<see cref="HasPrivateKey"/>).</exception>
    public string ExportPrivateKeyPem() => Key.ExportPkcs8PrivateKeyPem();

    /// <summary>An HTTP client for the job's server, which trusts exactly the server certificate of the job and shows this one.</summary>
    /// <param name="server">Where the server is, from <see cref="ComputeHordeJob.Streaming"/> of a job that is ready.</param>
    /// <returns>A client with the server as base address; dispose it.</returns>
    /// <exception cref="ComputeHordeException">The server is not ready, or its certificate cannot be read.</exception>
    /// <exception cref="InvalidOperationException">The key is with somebody else (<see cref="HasPrivateKey"/>).</exception>
    public HttpClient CreateHttpClient(StreamingInfo server)
    {
        ArgumentNullException.ThrowIfNull(server);
        if (!server.IsReady)
        {
            throw new ComputeHordeException("The job's server is not ready; wait for streaming first.");
        }

        var trusted = ReadServer(server.ServerCertificate);
        using var certificate = X509Certificate2.CreateFromPem(CertificatePem);
        var own = certificate.CopyWithPrivateKey(Key);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [own],
                LocalCertificateSelectionCallback = (_, _, _, _, _) => own,
                // Neither name nor issuer matter: the certificate must be the very one that the facilitator passed on.
                RemoteCertificateValidationCallback = (_, shown, _, _) =>
                    shown is not null && shown.GetRawCertData().AsSpan().SequenceEqual(trusted),
            },
        };
        var host = server.Address.Contains(':') && server.Address[0] != '[' ? $"[{server.Address}]" : server.Address;
        return new HttpClient(handler, disposeHandler: true) { BaseAddress = new Uri($"https://{host}:{server.Port}/") };
    }

    /// <summary>Wipes the private key.</summary>
    public void Dispose() => _key?.Dispose();

    /// <summary>A fixed text; never the key.</summary>
    /// <returns>A short description.</returns>
    public override string ToString() => "streaming certificate";

    private RSA Key => _key ?? throw new InvalidOperationException("The private key of this certificate is with somebody else.");

    /// <summary>Reads the first certificate. A byte order mark is no white space, which is what may stand before a block.</summary>
    private static X509Certificate2 ReadCertificate(string pem) => X509Certificate2.CreateFromPem(pem.AsSpan().TrimStart('\ufeff'));

    private static byte[] ReadServer(string pem)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(pem);
            return certificate.RawData;
        }
        catch (CryptographicException error)
        {
            throw new ComputeHordeException("The certificate of the job's server cannot be read.", innerException: error);
        }
    }
}

using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Emulator.Executor;

/// <summary>
/// The TLS server in front of a streaming job (protocol 6.6): its own self-signed certificate, and exactly the client
/// certificate that the job was created with. Behind it, <c>/health</c> answers 200 and every other path echoes the request.
/// </summary>
internal sealed class StreamingServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly X509Certificate2 _certificate;

    private StreamingServer(WebApplication app, X509Certificate2 certificate, int port)
    {
        _app = app;
        _certificate = certificate;
        Port = port;
    }

    /// <summary>Host name or address in the job body.</summary>
    public static string Address => "127.0.0.1";

    public int Port { get; }

    public string CertificatePem => _certificate.ExportCertificatePem();

    /// <summary>
    /// Starts a server on a free port. Throws <see cref="CryptographicException"/> when <paramref name="clientPem"/> is no certificate.
    /// </summary>
    public static async Task<StreamingServer> StartAsync(string clientPem, TimeProvider time, CancellationToken ct)
    {
        byte[] client;
        using (X509Certificate2 parsed = X509Certificate2.CreateFromPem(clientPem))
        {
            client = parsed.RawData;
        }

        X509Certificate2 certificate = MakeCertificate(time);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { EnvironmentName = Environments.Production }
        );
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(
                IPAddress.Loopback,
                0,
                listen =>
                    listen.UseHttps(
                        new HttpsConnectionAdapterOptions
                        {
                            ServerCertificate = certificate,
                            ClientCertificateMode = ClientCertificateMode.RequireCertificate,
                            ClientCertificateValidation = (presented, _, _) =>
                                CryptographicOperations.FixedTimeEquals(presented.RawData, client),
                        }
                    )
            )
        );
        WebApplication app = builder.Build();
        app.Run(AnswerAsync);
        await app.StartAsync(ct);
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new StreamingServer(app, certificate, new Uri(address).Port);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificate.Dispose();
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path == "/health")
        {
            await context.Response.WriteAsync("ok", context.RequestAborted);
            return;
        }

        context.Response.ContentType = context.Request.ContentType ?? "text/plain";
        await context.Request.Body.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private static X509Certificate2 MakeCertificate(TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = time.GetUtcNow();
        return request.CreateSelfSigned(now.AddMinutes(-5), now.AddDays(365));
    }
}

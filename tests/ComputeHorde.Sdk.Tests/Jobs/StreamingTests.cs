using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Sdk.Tests.Jobs;

public sealed class StreamingTests
{
    [Fact]
    public async Task CreateHttpClient_ServerWithItsCertificate_IsReachedAndSeesOurs()
    {
        using var own = StreamingCertificate.Create();
        using var restored = StreamingCertificate.FromPem(own.CertificatePem, own.ExportPrivateKeyPem());
        using var shown = SelfSigned();
        await using var app = await ServerAsync(shown, own.CertificatePem);
        using var client = restored.CreateHttpClient(Info(app, shown, own));
        Assert.Equal("healthy", await client.GetStringAsync("health"));
    }

    [Fact]
    public async Task CreateHttpClient_AnotherServerCertificate_IsNotTrusted()
    {
        using var own = StreamingCertificate.Create();
        using var shown = SelfSigned();
        using var other = SelfSigned();
        await using var app = await ServerAsync(shown, own.CertificatePem);
        using var client = own.CreateHttpClient(Info(app, other, own));
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync("health"));
    }

    [Fact]
    public void FromPem_KeyOfAnotherCertificate_IsRefusedWithoutTheKey()
    {
        using var own = StreamingCertificate.Create();
        using var other = StreamingCertificate.Create();
        var error = Assert.Throws<ComputeHordeException>(() =>
            StreamingCertificate.FromPem(own.CertificatePem, other.ExportPrivateKeyPem())
        );
        Assert.DoesNotContain("PRIVATE", error.ToString(), StringComparison.Ordinal);
        Assert.Throws<ComputeHordeException>(() => StreamingCertificate.FromPem("nope", "nope"));
    }

    [Fact]
    public void FromCertificatePem_OfACaller_CreatesJobsAndConnectsToNone()
    {
        using var pair = StreamingCertificate.Create();
        using var own = StreamingCertificate.FromCertificatePem($"\n{pair.CertificatePem}\r\n ");
        Assert.Equal((pair.CertificatePem, true, false), (own.CertificatePem, pair.HasPrivateKey, own.HasPrivateKey));
        Assert.Throws<InvalidOperationException>(own.ExportPrivateKeyPem);
        Assert.Throws<InvalidOperationException>(() =>
            own.CreateHttpClient(new StreamingInfo(own.CertificatePem, own.CertificatePem, "127.0.0.1", 6006))
        );
    }

    [Theory]
    [InlineData("Certificate:\n    Data:\n        Version: 3 (0x2)\n", "")]
    [InlineData("Bag Attributes\r\n    friendlyName: mine\r\nsubject=CN = localhost\r\n", "\r\nsent on Monday")]
    [InlineData("\ufeff", "\n")]
    [InlineData("", "\n-- \nExample Ltd.")]
    public void FromCertificatePem_TextAroundTheBlock_IsDropped(string before, string after)
    {
        using var pair = StreamingCertificate.Create();
        using var own = StreamingCertificate.FromCertificatePem(before + pair.CertificatePem + after);
        using var restored = StreamingCertificate.FromPem(before + pair.CertificatePem + after, pair.ExportPrivateKeyPem());
        Assert.Equal(pair.CertificatePem, own.CertificatePem);
        Assert.Equal(pair.CertificatePem, restored.CertificatePem);
    }

    [Fact]
    public void FromCertificatePem_AnythingButOneCertificate_IsRefusedWithoutTheKey()
    {
        using var pair = StreamingCertificate.Create();
        var key = pair.ExportPrivateKeyPem();
        foreach (
            var text in (string[])
                [
                    "",
                    "nope",
                    key,
                    pair.CertificatePem + key,
                    key + pair.CertificatePem,
                    pair.CertificatePem + pair.CertificatePem,
                    pair.CertificatePem.Replace("MII", "AAA", StringComparison.Ordinal),
                ]
        )
        {
            var error = Assert.Throws<ComputeHordeException>(() => StreamingCertificate.FromCertificatePem(text));
            Assert.DoesNotContain(key.Split('\n')[1], error.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Create_Certificate_HasTheFormTheExecutorExpects()
    {
        using var own = StreamingCertificate.Create();
        using var certificate = X509Certificate2.CreateFromPem(own.CertificatePem);
        Assert.Equal("CN=localhost", certificate.Subject);
        Assert.Equal("CN=localhost", certificate.Issuer);
        Assert.Equal(2048, certificate.GetRSAPublicKey()!.KeySize);
        Assert.Equal(365, (certificate.NotAfter - certificate.NotBefore).Days);
        Assert.Contains(
            certificate.Extensions,
            extension => extension is X509BasicConstraintsExtension { CertificateAuthority: false, Critical: true }
        );
        Assert.Contains(
            IPAddress.Loopback,
            certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateIPAddresses()
        );
    }

    [Fact]
    public async Task CreateJob_Streaming_SendsTheCertificateAndFindsItAgain()
    {
        await using var horde = await Emulator.FacilitatorEmulator.StartAsync(options => options.Speed = 100);
        using var client = new ComputeHordeClient(
            new HttpClient(),
            Keys.Alice,
            new ComputeHordeOptions
            {
                FacilitatorUrl = horde.BaseAddress,
                ValidatorHotkey = horde.ValidatorHotkey,
                PollInterval = TimeSpan.FromMilliseconds(10),
                MaxPollInterval = TimeSpan.FromMilliseconds(20),
            }
        );
        var spec = Specs.Minimal with { DockerImage = "stream", Streaming = true, Args = ["60"], ExecutionTimeLimitSec = 100 };
        using var own = StreamingCertificate.Create();
        var options = new CreateJobOptions { Tag = "live", StreamingCertificate = own };
        var created = await client.CreateJobAsync(spec, options);
        Assert.Same(own, created.StreamingCertificate);
        Assert.Equal(own.CertificatePem, created.Job.Streaming!.ClientCertificate);
        Assert.Same(own, (await client.CreateJobAsync(spec, options with { LookUpFirst = true })).StreamingCertificate);
        var ready = await client.WaitForStreamingAsync(created.Job.Uuid, TimeSpan.FromMinutes(2));
        Assert.True(ready.Streaming!.IsReady);
    }

    private static StreamingInfo Info(WebApplication app, X509Certificate2 server, StreamingCertificate own) =>
        new(own.CertificatePem, server.ExportCertificatePem(), "127.0.0.1", new Uri(app.Urls.First()).Port);

    private static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=executor", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static async Task<WebApplication> ServerAsync(X509Certificate2 certificate, string client)
    {
        using var expected = X509Certificate2.CreateFromPem(client);
        var thumbprint = expected.Thumbprint;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(
                IPAddress.Loopback,
                0,
                listen =>
                    listen.UseHttps(https =>
                    {
                        https.ServerCertificate = certificate;
                        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                        https.ClientCertificateValidation = (shown, _, _) => shown.Thumbprint == thumbprint;
                    })
            )
        );
        var app = builder.Build();
        app.Run(context => context.Response.WriteAsync("healthy"));
        await app.StartAsync();
        return app;
    }
}

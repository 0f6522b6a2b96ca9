using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ComputeHorde.Durable.Intake;
using ComputeHorde.Durable.Streaming;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Tests.Streaming;

/// <summary>The endpoint is a stranger's word, and the certificate in a request may be the wrong one.</summary>
public sealed class StreamingEndpointTests
{
    private static readonly StreamingCertificate Certificate = StreamingCertificate.Create();

    [Theory]
    [InlineData("203.0.113.7", 6006, true)]
    [InlineData("2001:db8::7", 6006, true)]
    [InlineData("executor.example", 65_535, true)]
    [InlineData("", 6006, false)]
    [InlineData("203.0.113.7", 0, false)]
    [InlineData("203.0.113.7", -1, false)]
    [InlineData("203.0.113.7", 65_536, false)]
    [InlineData("https://203.0.113.7", 6006, false)]
    [InlineData("203.0.113.7/path", 6006, false)]
    [InlineData("a b\r\nX: y", 6006, false)]
    public void Of_AddressOfAStranger_IsTakenOnlyWhenAClientCouldConnect(string address, int port, bool isTaken)
    {
        var endpoint = StreamingEndpoint.Of(new StreamingInfo("", Certificate.CertificatePem, address, port));

        Assert.Equal(isTaken, endpoint is not null);
    }

    [Fact]
    public void Of_CertificateAmongOtherText_KeepsTheCertificateAlone()
    {
        var endpoint = StreamingEndpoint.Of(
            new StreamingInfo(
                "",
                new string('x', 100_000) + "\n" + Certificate.CertificatePem + Certificate.ExportPrivateKeyPem(),
                "127.0.0.1",
                1
            )
        );

        using var certificate = X509Certificate2.CreateFromPem(Certificate.CertificatePem);
        Assert.Equal(
            (Certificate.CertificatePem, Convert.ToHexStringLower(SHA256.HashData(certificate.RawData))),
            (endpoint?.ServerCertificate, endpoint?.ServerCertificateSha256)
        );
    }

    [Fact]
    public void Of_CertificateThatIsNoneOrHuge_IsNoEndpoint()
    {
        using var key = ECDsa.Create();
        var request = new CertificateRequest("CN=" + new string('x', 60), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509Extension("1.3.6.1.4.1.99999.1", new byte[100_000], critical: false));
        using var huge = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));

        Assert.Null(StreamingEndpoint.Of(new StreamingInfo("", huge.ExportCertificatePem(), "127.0.0.1", 1)));
        Assert.Null(
            StreamingEndpoint.Of(new StreamingInfo("", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "127.0.0.1", 1))
        );
        Assert.Null(StreamingEndpoint.Of(new StreamingInfo("", "nothing", "127.0.0.1", 1)));
        Assert.Null(StreamingEndpoint.Of(null));
    }

    [Fact]
    public void Parse_CertificateOfTheCaller_IsTakenWithStreamingOnly()
    {
        var job = StreamingClient.Job(seconds: 1);
        job["streaming_certificate"] = Certificate.CertificatePem;
        Assert.Equal(Certificate.CertificatePem, JobRequest.Parse(BinaryData.FromString(job.ToJsonString())).StreamingCertificate);

        job["streaming"] = false;
        Assert.Equal(["streaming_certificate"], FieldsAtFault(job.ToJsonString()));
    }

    [Fact]
    public void Parse_CertificateWithItsPrivateKeyOrNone_NamesTheFieldAndRepeatsNothing()
    {
        foreach (
            var text in (string[])
                [
                    "",
                    "nope",
                    Certificate.ExportPrivateKeyPem(),
                    Certificate.CertificatePem + Certificate.ExportPrivateKeyPem(),
                    new string(' ', 4000) + Certificate.CertificatePem,
                ]
        )
        {
            var job = StreamingClient.Job(seconds: 1);
            job["streaming_certificate"] = text;
            Assert.Equal(["streaming_certificate"], FieldsAtFault(job.ToJsonString()));
        }

        var number = StreamingClient.Job(seconds: 1);
        number["streaming_certificate"] = 1;
        number["streaming_start_time_limit_sec"] = 0;
        Assert.Equal(["streaming_certificate", "streaming_start_time_limit_sec"], FieldsAtFault(number.ToJsonString()));
    }

    private static IEnumerable<string> FieldsAtFault(string json)
    {
        var error = Assert.Throws<ComputeHordeValidationException>(() => JobRequest.Parse(BinaryData.FromString(json)));
        Assert.DoesNotContain("PRIVATE", error.ToString(), StringComparison.Ordinal);
        return error.Problems.Select(static problem => problem.Field);
    }
}

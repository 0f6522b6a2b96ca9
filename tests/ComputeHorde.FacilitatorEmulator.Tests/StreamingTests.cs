using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using ComputeHorde.Emulator.Python;

namespace ComputeHorde.Emulator.Tests;

public sealed class StreamingTests
{
    [Fact]
    public async Task StreamingJob_WithTheClientCertificate_ServesUntilItEnds()
    {
        var time = new JobTime();
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(time.Drive);
        using TestClient client = await TestClient.LoginAsync(horde);
        using X509Certificate2 certificate = MakeClientCertificate();
        PyDict body = TestClient.Job("computehorde/stream:latest", "25");
        body["streaming_details"] = new PyDict { ["public_key"] = certificate.ExportCertificatePem() };

        string uuid = await client.CreateAsync(body);
        await AdvanceToAsync(time, horde, "streaming_ready");
        JsonNode job = await client.GetAsync(uuid);
        using HttpClient stream = Connect(job, certificate);
        Assert.Equal(HttpStatusCode.OK, (await stream.GetAsync("health")).StatusCode);
        Assert.Equal("ping", await (await stream.PostAsync("anything", new StringContent("ping"))).Content.ReadAsStringAsync());

        await AdvanceToAsync(time, horde, "completed");
        job = await client.GetAsync(uuid);
        Assert.Equal(["streaming_ready", "execution_done", "completed"], TestClient.Statuses(job).TakeLast(3));
    }

    [Fact]
    public async Task StreamingJob_WithAnotherCertificate_RefusesTheConnection()
    {
        var time = new JobTime();
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(time.Drive);
        using TestClient client = await TestClient.LoginAsync(horde);
        using X509Certificate2 certificate = MakeClientCertificate();
        using X509Certificate2 other = MakeClientCertificate();
        PyDict body = TestClient.Job("computehorde/stream:latest", "25");
        body["streaming_details"] = new PyDict { ["public_key"] = certificate.ExportCertificatePem() };

        string uuid = await client.CreateAsync(body);
        await AdvanceToAsync(time, horde, "streaming_ready");
        JsonNode job = await client.GetAsync(uuid);
        using HttpClient stream = Connect(job, other);
        await Assert.ThrowsAsync<HttpRequestException>(() => stream.GetAsync("health"));
    }

    [Fact]
    public async Task StreamingJob_OfAnyImage_ServesForLongerThanTheSdkPolls()
    {
        var time = new JobTime();
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(time.Drive);
        using TestClient client = await TestClient.LoginAsync(horde);
        using X509Certificate2 certificate = MakeClientCertificate();
        PyDict body = TestClient.Job("computehorde/sha256:latest", "word");
        body["execution_time_limit"] = (System.Numerics.BigInteger)60;
        body["streaming_details"] = new PyDict { ["public_key"] = certificate.ExportCertificatePem() };

        string uuid = await client.CreateAsync(body);
        await AdvanceToAsync(time, horde, "completed");

        JsonNode job = await client.GetAsync(uuid);
        DateTimeOffset At(string status) =>
            job["status_history"]!
                .AsArray()
                .Where(entry => (string)entry!["status"]! == status)
                .Select(entry => (DateTimeOffset)entry!["created_at"]!)
                .Single();
        Assert.InRange(At("execution_done") - At("streaming_ready"), TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(60));
    }

    internal static X509Certificate2 MakeClientCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddDays(365));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>The clock stands still once the status is reached, so the server stays for as long as the test needs it.</summary>
    private static Task AdvanceToAsync(JobTime time, FacilitatorEmulator horde, string status) =>
        time.AdvanceUntilAsync(TimeSpan.FromMilliseconds(100), () => horde.Jobs[0].Status == status);

    private static HttpClient Connect(JsonNode job, X509Certificate2 certificate)
    {
        string trusted = (string)job["streaming_server_cert"]!;
        var handler = new SocketsHttpHandler();
        handler.SslOptions.ClientCertificates = [certificate];
        handler.SslOptions.RemoteCertificateValidationCallback = (_, presented, _, _) =>
            ((X509Certificate2)presented!).ExportCertificatePem() == trusted;
        return new HttpClient(handler)
        {
            BaseAddress = new Uri($"https://{(string)job["streaming_server_address"]!}:{(int)job["streaming_server_port"]!}/"),
        };
    }
}

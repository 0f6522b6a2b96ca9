using System.Net;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.LocalHost.Tests;

/// <summary>SIGKILL around a streaming job: the key was kept before the job was bought, so its caller reaches it afterwards.</summary>
public sealed class StreamingKillTests
{
    [Fact]
    public async Task Serve_KilledAsTheKeyIsKeptAndAgainAsTheJobServes_CallerConnectsAndPaysOnce()
    {
        await using var service = await Service.CreateAsync(static horde => horde.Speed = 20);
        await service.StartAsync();
        var job = Service.Job("30000");
        job["docker_image"] = "computehorde/stream:latest";
        job["streaming"] = true;
        job["execution_time_limit_sec"] = 60_000;
        Assert.Equal(HttpStatusCode.Accepted, await service.PostAsync("stream", job));
        var secret = new BlobServiceClient(service.Storage).GetBlobContainerClient("secrets").GetBlobClient("stream/1");
        await Eventually.TrueAsync(async () => await secret.ExistsAsync(TestContext.Current.CancellationToken), "the key was kept");

        var kept = (await secret.DownloadContentAsync(TestContext.Current.CancellationToken)).Value.Content.ToArray();
        await service.KillAsync();
        await service.StartAsync();
        var before = await AccessAsync(service);
        await service.KillAsync();
        await service.StartAsync();
        var after = await AccessAsync(service);

        Assert.Equal(kept, (await secret.DownloadContentAsync(TestContext.Current.CancellationToken)).Value.Content.ToArray());
        Assert.Equal(before.ToJsonString(), after.ToJsonString());
        using var certificate = StreamingCertificate.FromPem((string)after["client_certificate"]!, (string)after["private_key"]!);
        using var client = certificate.CreateHttpClient(
            new StreamingInfo(
                (string)after["client_certificate"]!,
                (string)after["server_certificate"]!,
                (string)after["address"]!,
                (int)after["port"]!
            )
        );
        Assert.Equal("ok", await client.GetStringAsync("health", TestContext.Current.CancellationToken));
        Assert.Equal(1, service.Horde.Counters.Creates);
    }

    private static async Task<JsonObject> AccessAsync(Service service)
    {
        JsonObject? access = null;
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    access = await service.GetAsync("jobs/stream/streaming");
                }
                catch (HttpRequestException exception) when (exception.StatusCode == HttpStatusCode.Conflict)
                {
                    // It does not serve yet.
                }

                return access is not null;
            },
            "the job serves"
        );
        return access!;
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ComputeHorde.Emulator;

namespace ComputeHorde.Durable.LocalHost.Tests;

/// <summary>
/// SIGKILL under load: of the program alone, and of it and the facilitator's emulator at once. Everything is in these processes, as on a
/// user's machine.
/// Afterwards each accepted run has ended once, each attempt was paid once at most, each result is whole and no claim is left open.
/// More kills: COMPUTEHORDE_LOAD_KILLS=32; the same moments again: COMPUTEHORDE_SEED.
/// </summary>
public sealed class LoadKillTests(ITestOutputHelper output)
{
    private const int Clients = 6;
    private const int AcceptedPerKill = 8;

    [Fact]
    public Task Serve_KilledAloneUnderLoad_LosesNothingAndPaysOnce() => RunAsync(killEverything: false);

    [Fact]
    public Task Serve_KilledWithEverythingUnderLoad_LosesNothingAndPaysOnce() => RunAsync(killEverything: true);

    private async Task RunAsync(bool killEverything)
    {
        var kills = KillTests.Setting("COMPUTEHORDE_LOAD_KILLS") ?? 2;
        var seed = KillTests.Setting("COMPUTEHORDE_SEED") ?? RandomNumberGenerator.GetInt32(int.MaxValue);
        output.WriteLine($"seed {seed}, {kills} kills");
        var random = new Random(seed);
        await using var horde = await HordeProcess.StartAsync();
        await using var service = Service.Beside(horde.Address, horde.ValidatorHotkey);
        await service.StartAsync();
        ConcurrentBag<string> accepted = [];
        using var stop = new CancellationTokenSource();
        var load = Task.WhenAll(Enumerable.Range(0, Clients).Select(client => LoadAsync(service, client, accepted, stop.Token)));
        for (var kill = 0; kill < kills; kill++)
        {
            var before = accepted.Count;
            await Eventually.TrueAsync(() => accepted.Count >= before + AcceptedPerKill, "the load is accepted");
            await Task.Delay(random.Next(1_500), TestContext.Current.CancellationToken);
            if (killEverything)
            {
                await Task.WhenAll(service.KillAsync(), horde.KillAsync());
                await horde.StartAgainAsync();
            }
            else
            {
                await service.KillAsync();
            }

            await service.StartAsync();
        }

        await stop.CancelAsync();
        await load;
        foreach (var id in accepted)
        {
            await AssertWholeAsync(service, id);
        }

        var counters = await horde.CountersAsync();
        Assert.All(counters.PaidCreatesByTag, static paid => Assert.True(paid.Value == 1, $"{paid.Key} was paid {paid.Value} times"));
        await AssertNoOpenClaimAsync(service);
        output.WriteLine(
            $"{kills} kills, {accepted.Count} runs, {counters.Creates} jobs paid, {counters.CreateCalls} create calls since the last start"
        );
    }

    /// <summary>A client as it should be: what was not accepted is sent again, under the same name.</summary>
    private static async Task LoadAsync(Service service, int client, ConcurrentBag<string> accepted, CancellationToken stop)
    {
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            var id = $"load-{client}-{number}";
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    if (await service.PostAsync(id, Service.Job(id)) == HttpStatusCode.Accepted)
                    {
                        accepted.Add(id);
                        break;
                    }
                }
                catch (Exception exception) when (exception is HttpRequestException or IOException)
                {
                    // It is being killed, or starts.
                }

                await Task.Delay(100, CancellationToken.None);
            }

            await Task.Delay(200, CancellationToken.None);
        }
    }

    private static async Task AssertWholeAsync(Service service, string id)
    {
        var run = await service.EndOfAsync(id);
        if (run["outcome"]?["failure"] is { } failure)
        {
            // An executor that finds storage down three times within 3 s gives up, and says so: an end like any other.
            Assert.True((string?)failure["reason"] == "upload_failed", run.ToJsonString());
            return;
        }

        Assert.True((string?)run["status"] == "completed", run.ToJsonString());
        var manifest = await service.GetAsync($"jobs/{id}/result");
        var stdout = await service.GetTextAsync($"jobs/{id}/result?part=stdout");
        Assert.Equal((string?)manifest["stdout"]!["sha256"], Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(stdout))));
        Assert.True((long)manifest["outputs"]!["/output/report.txt"]!["size"]! > 0);
    }

    private static async Task AssertNoOpenClaimAsync(Service service)
    {
        List<string> open = [];
        try
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    open.Clear();
                    await foreach (
                        var claim in new BlobContainerClient(service.Storage, "inflight").GetBlobsAsync(
                            BlobTraits.Metadata,
                            BlobStates.None,
                            prefix: null,
                            TestContext.Current.CancellationToken
                        )
                    )
                    {
                        if (!claim.Metadata.ContainsKey("ended"))
                        {
                            open.Add($"{claim.Name} {string.Join(' ', claim.Metadata)}");
                        }
                    }

                    return open.Count == 0;
                },
                "no claim is open"
            );
        }
        catch (TimeoutException)
        {
            Assert.Fail($"open claims: {string.Join(", ", open)}");
        }
    }
}

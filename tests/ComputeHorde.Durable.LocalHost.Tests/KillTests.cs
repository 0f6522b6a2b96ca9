using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ComputeHorde.Durable.LocalHost.Tests;

/// <summary>
/// SIGKILL at random moments, and SIGTERM as a service manager sends it. The witness is the emulator, which lives on: it says what was
/// paid. More of them: COMPUTEHORDE_KILLS=200, COMPUTEHORDE_TERMINATIONS=60; the same
/// moments again: COMPUTEHORDE_SEED.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    [Fact]
    public Task Serve_KilledAtRandomMoments_CompletesEveryJobAndPaysOncePerAttempt() =>
        EndAndStartAsync(Setting("COMPUTEHORDE_KILLS") ?? 6, static service => service.KillAsync());

    [Fact]
    public Task Serve_TerminatedAtRandomMoments_CompletesEveryJobAndPaysOncePerAttempt() =>
        EndAndStartAsync(Setting("COMPUTEHORDE_TERMINATIONS") ?? 3, static service => service.TerminateAsync());

    private async Task EndAndStartAsync(int kills, Func<Service, Task> endAsync)
    {
        var seed = Setting("COMPUTEHORDE_SEED") ?? RandomNumberGenerator.GetInt32(int.MaxValue);
        output.WriteLine($"seed {seed}, {kills} kills");
        var random = new Random(seed);
        await using var service = await Service.CreateAsync(Service.PatientUploads);
        await service.StartAsync();
        for (var kill = 0; kill < kills; kill++)
        {
            var id = $"kill-{kill:D3}";
            var details = service.Horde.Counters.DetailCalls;
            Assert.Equal(HttpStatusCode.Accepted, await service.PostAsync(id, Service.Job($"word-{kill}")));
            await MomentAsync(service, id, kill % 5, details, random);
            await endAsync(service);
            await service.StartAsync();
        }

        for (var kill = 0; kill < kills; kill++)
        {
            await AssertIntactAsync(service, $"kill-{kill:D3}");
        }

        Assert.All(service.Horde.Counters.PaidCreatesByTag, static paid => Assert.Equal(1, paid.Value));
        Assert.Equal(kills, service.Horde.Counters.Creates);
        var again = await service.GetAsync("jobs/kill-000");
        Assert.Equal("kill-000", (string?)again["id"]);
        output.WriteLine(
            $"{kills} kills, {service.Horde.Counters.Creates} creates, {service.Horde.Counters.CreateCalls} create calls, {service.Horde.Counters.ListCalls} list calls, {service.FoundByTag} jobs found by their tags"
        );
    }

    /// <summary>Waits for the moment to kill at.</summary>
    private static async Task MomentAsync(Service service, string id, int kind, long detailsBefore, Random random)
    {
        var horde = service.Horde;
        switch (kind)
        {
            case 0: // before the create call, or in it
                await Task.Delay(random.Next(40), TestContext.Current.CancellationToken);
                break;
            case 1: // between the create answer and the commit
                await Eventually.TrueAsync(
                    () => horde.Counters.PaidCreatesByTag.ContainsKey($"{id}#1"),
                    "the job was stored",
                    everyMilliseconds: 1
                );
                break;
            case 2: // while waiting
                await Eventually.TrueAsync(
                    () => horde.Counters.PaidCreatesByTag.ContainsKey($"{id}#1"),
                    "the job was stored",
                    everyMilliseconds: 1
                );
                await Task.Delay(random.Next(600), TestContext.Current.CancellationToken);
                break;
            case 3: // while the result is being stored: the run asks for the whole job once more
                await Eventually.TrueAsync(() => horde.Counters.DetailCalls > detailsBefore, "the result was asked for", everyMilliseconds: 1);
                await Task.Delay(random.Next(15), TestContext.Current.CancellationToken);
                break;
            default: // any time
                await Task.Delay(random.Next(2_500), TestContext.Current.CancellationToken);
                break;
        }
    }

    private static async Task AssertIntactAsync(Service service, string id)
    {
        var run = await service.EndOfAsync(id);
        Assert.True((string?)run["status"] == "completed", run.ToJsonString());
        var attempts = (JsonArray)run["outcome"]!["attempts"]!;
        Assert.Single(attempts);
        var manifest = await service.GetAsync($"jobs/{id}/result");
        var stdout = await service.GetTextAsync($"jobs/{id}/result?part=stdout");
        Assert.Equal((string?)manifest["stdout"]!["sha256"], Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(stdout))));
        Assert.True((long)manifest["outputs"]!["/output/report.txt"]!["size"]! > 0);
    }

    internal static int? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}

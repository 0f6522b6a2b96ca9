using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace ComputeHorde.Durable.LocalHost.Tests;

/// <summary>SIGKILL in the middle of a batch. The same moments again: COMPUTEHORDE_SEED.</summary>
public sealed class BatchKillTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Serve_KilledWhileABatchRuns_RunsEveryLineAndPaysOnceForEach()
    {
        const int Lines = 40,
            Kills = 4;
        var seed = KillTests.Setting("COMPUTEHORDE_SEED") ?? RandomNumberGenerator.GetInt32(int.MaxValue);
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var service = await Service.CreateAsync(Service.PatientUploads);
        await service.StartAsync();
        var jobs = new JsonArray([.. Enumerable.Range(1, Lines).Select(static line => Service.Job($"word-{line}"))]);
        Assert.Equal(
            HttpStatusCode.Accepted,
            await service.PostAsync("lot", new JsonObject { ["jobs"] = jobs, ["max_parallel"] = 8 }, "batches")
        );
        for (var kill = 0; kill < Kills; kill++)
        {
            await Task.Delay(random.Next(1_200), TestContext.Current.CancellationToken);
            await service.KillAsync();
            await service.StartAsync();
        }

        var batch = await service.EndOfAsync("lot", "batches");
        Assert.Equal(Lines, (int?)batch["summary"]!["lines_by_status"]!["completed"]);
        var results = (await service.GetTextAsync("batches/lot/results"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => (int)JsonNode.Parse(line)!["line"]!);
        Assert.Equal(Enumerable.Range(1, Lines), results);
        Assert.Equal(Lines, service.Horde.Counters.Creates);
        Assert.All(service.Horde.Counters.PaidCreatesByTag, static paid => Assert.Equal(1, paid.Value));
    }
}

using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ComputeHorde.Emulator;

namespace ComputeHorde.Durable.LocalHost.Tests;

/// <summary>
/// One miner in ten cheats, one job in five is checked, and the program is killed in the middle. The emulator knows who cheated. More jobs:
/// COMPUTEHORDE_CHEAT_JOBS=1000.
/// </summary>
public sealed class CheatTests(ITestOutputHelper output)
{
    private const int Runs = 100;

    [Fact]
    public async Task Serve_SomeMinersCheat_ReportsEverySampledCheatOnceAndNobodyElse()
    {
        var jobs = Environment.GetEnvironmentVariable("COMPUTEHORDE_CHEAT_JOBS") is { } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : Runs;
        await using var service = await Service.CreateAsync(static horde =>
        {
            Service.PatientUploads(horde);
            horde.Miners = EmulatedMiner.Population(honest: 9, cheating: 1);
        });
        await service.StartAsync();
        for (var number = 0; number < jobs; number++)
        {
            Assert.Equal(HttpStatusCode.Accepted, await service.PostAsync($"check-{number:D4}", Job(number)));
            if (number == jobs / 2)
            {
                await service.KillAsync();
                await service.StartAsync();
            }
        }

        var sampled = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var number = 0; number < jobs; number++)
        {
            var outcome = (await service.EndOfAsync($"check-{number:D4}"))["outcome"]!;
            Assert.True((string?)outcome["status"] == "completed", outcome.ToJsonString());
            if (await service.VerdictOfAsync($"check-{number:D4}") is not "not_sampled" and var verdict)
            {
                sampled.Add((string)outcome["job_uuid"]!, verdict);
            }
        }

        var cheated = service
            .Horde.Jobs.Where(static job => job.Miner?.StartsWith("cheating", StringComparison.Ordinal) == true)
            .Select(static job => job.Uuid.ToString())
            .ToHashSet(StringComparer.Ordinal);
        var reported = service.Horde.CheatReports.Select(static report => report.JobUuid.ToString()).ToArray();
        output.WriteLine($"{jobs} jobs, {cheated.Count} cheated, {sampled.Count} checked, {reported.Length} reported");
        Assert.Equal(reported.Distinct(StringComparer.Ordinal).Count(), reported.Length);
        Assert.Subset(cheated, reported.ToHashSet(StringComparer.Ordinal));
        Assert.Equal(sampled.Keys.Where(cheated.Contains).Order(StringComparer.Ordinal), reported.Order(StringComparer.Ordinal));
        Assert.All(sampled.Where(job => !cheated.Contains(job.Key)), static job => Assert.Equal("match", job.Value));
        Assert.All(service.Horde.Counters.PaidCreatesByTag, static paid => Assert.Equal(1, paid.Value));
    }

    /// <summary>Exact jobs, and noisy ones that no two machines compute alike.</summary>
    private static JsonObject Job(int number)
    {
        var job = Service.Job($"word-{number}");
        job["cross_validation"] = new JsonObject { ["rate"] = 0.2 };
        if (number % 2 == 1)
        {
            job["docker_image"] = "computehorde/matmul:latest";
            job["args"] = new JsonArray("16", $"{number}");
            job["outputs"] = new JsonArray();
            job["cross_validation"]!["comparer"] = "numeric-tolerance";
            job["cross_validation"]!["comparison"] = new JsonObject
            {
                ["rtol"] = 1e-4,
                ["atol"] = 1e-6,
                ["paths"] = new JsonArray("/artifacts/c.npy"),
            };
        }

        return job;
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ComputeHorde.Durable.Tests.Support;

namespace ComputeHorde.Durable.Tests.Batches;

/// <summary>
/// Batches of a normal size. <c>BATCH_JOBS=10000 dotnet test --filter LargeBatchTests</c> runs the full one and prints its figures.
/// </summary>
public class LargeBatchTests(ITestOutputHelper output)
{
    private static readonly int JobCount = int.Parse(
        Environment.GetEnvironmentVariable("BATCH_JOBS") ?? "200",
        CultureInfo.InvariantCulture
    );

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Batch_OfManyJobs_AddsUpWithinBounds(bool onAzurite)
    {
        await using var horde = await HordeFixture.StartAsync(
            new HordeFixtureOptions
            {
                Output = output,
                OnAzurite = onAzurite,
                Emulator = static emulator => emulator.Speed = 1000,
                Settings = new Dictionary<string, string?>
                {
                    ["ComputeHorde__PollIntervalSeconds"] = "0.5",
                    ["ComputeHordePollSchedule"] = "00:00:00.5",
                },
            }
        );
        var lines = new StringBuilder();
        for (var number = 1; number <= JobCount; number++)
        {
            lines.Append(number % 100 == 0 ? "{}" : Jobs.Sha256($"word-{number}").ToJsonString()).Append('\n');
        }

        await horde.UploadAsync("jobs", "many.jsonl", lines.ToString());
        var start = Stopwatch.GetTimestamp();
        await horde.PostAsync("batches", new JsonObject { ["jobs_blob"] = "many.jsonl", ["max_parallel"] = 200 }, "many");
        var batch = await horde.EndOfAsync("batches/many", withinSeconds: 120 + (JobCount * 0.2));
        var elapsed = Stopwatch.GetElapsedTime(start);

        var counts = batch["summary"]!["lines_by_status"]!.AsObject();
        var longest = await LongestHistoryAsync(horde);
        output.WriteLine(
            $"{(onAzurite ? "Azurite" : "in the process")}: {JobCount} jobs in {elapsed.TotalSeconds:F1} s, {JobCount / elapsed.TotalSeconds:F1} a second; peak memory {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB; "
                + $"{horde.Emulator.Counters.ListCalls} list calls; longest history {longest} events; summary {batch["summary"]!.ToJsonString()}"
        );
        Assert.InRange(longest, 1, 1_000);
        Assert.Equal(JobCount, (int)batch["summary"]!["lines"]!);
        Assert.Equal(JobCount / 100, (int)counts["invalid"]!);
        Assert.Equal(JobCount - (JobCount / 100), (int)counts["completed"]!);
        Assert.Equal(JobCount - (JobCount / 100), horde.Emulator.Counters.Creates);
        Assert.All(horde.Emulator.Counters.PaidCreatesByTag, static paid => Assert.Equal(1, paid.Value));
    }

    private static async Task<int> LongestHistoryAsync(HordeFixture horde)
    {
        var longest = 0;
        await foreach (var instance in horde.Functions.Client.GetAllInstancesAsync())
        {
            longest = Math.Max(longest, horde.Functions.TaskHub.CountHistoryEvents(instance.InstanceId) ?? 0);
        }

        return longest;
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using ComputeHorde.Emulator.Python;

namespace ComputeHorde.Emulator.Tests;

public sealed class ScaleTests(ITestOutputHelper output)
{
    [Fact]
    public async Task ThousandsOfJobsInFlight_ArePolledInBatchesAndAllComplete()
    {
        const int jobs = 2000;
        var time = new JobTime();
        await using FacilitatorEmulator horde = await FacilitatorEmulator.StartAsync(time.Drive);
        using TestClient client = await TestClient.LoginAsync(horde);
        var uuids = new ConcurrentBag<string>();
        using var stop = new CancellationTokenSource();
        Task<List<double>> polling = PollAsync(client, uuids, () => stop.IsCancellationRequested);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, jobs),
            new ParallelOptions { MaxDegreeOfParallelism = 4 },
            async (i, _) =>
            {
                PyDict body = TestClient.Job("echo", $"{i}");
                body["tag"] = $"load-{i}#1";
                uuids.Add(await client.CreateAsync(body));
            }
        );
        Assert.Equal(jobs, horde.Jobs.Count(j => j.Status == "sent"));

        await time.AdvanceUntilAsync(
            TimeSpan.FromMilliseconds(100),
            () => horde.Counters.JobsByStatus.GetValueOrDefault("completed") == jobs
        );
        await stop.CancelAsync();
        double[] latencies = [.. (await polling).Order()];
        output.WriteLine(
            $"{jobs} jobs in flight at once, {latencies.Length} list calls of up to 150 jobs meanwhile: "
                + $"median {latencies[latencies.Length / 2]:0.0} ms, p99 {latencies[(int)(latencies.Length * 0.99)]:0.0} ms, longest {latencies[^1]:0.0} ms."
        );
        Assert.Equal(jobs, horde.Counters.Creates);
        Assert.All(horde.Counters.PaidCreatesByTag, p => Assert.Equal(1, p.Value));
    }

    /// <summary>Asks for all jobs so far, 150 a call, until stopped; gives each call's milliseconds.</summary>
    private static async Task<List<double>> PollAsync(TestClient client, ConcurrentBag<string> uuids, Func<bool> stopped)
    {
        var latencies = new List<double>();
        while (!stopped())
        {
            foreach (string[] batch in uuids.Chunk(150))
            {
                long start = Stopwatch.GetTimestamp();
                using HttpResponseMessage answer = await client.Http.GetAsync(
                    $"api/v1/jobs/?page_size=256&{string.Join('&', batch.Select(u => "uuid=" + u))}"
                );
                byte[] body = await answer.Content.ReadAsByteArrayAsync();
                latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                Assert.Equal(batch.Length, (int)JsonNode.Parse(body)!["count"]!);
            }

            await Task.Delay(20);
        }

        return latencies;
    }
}

using System.Diagnostics;
using System.Globalization;
using ComputeHorde.Durable.Retention;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Tests.Support;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeHorde.Durable.Tests.Retention;

/// <summary>
/// A large batch goes in many ticks, none of which does more than its part. <c>PURGE_LINES=10000 dotnet test --filter PurgeLoadTests</c>
/// prints what the ticks of the product take.
/// </summary>
public sealed class PurgeLoadTests(ITestOutputHelper output)
{
    private const int AtOnce = 16;

    private static readonly string[] Kinds = ["results/{0}/manifest.json", "requests/{0}.json", "outputs/{0}/1/report.txt"];

    private static readonly int Lines = int.Parse(
        Environment.GetEnvironmentVariable("PURGE_LINES") ?? "1200",
        CultureInfo.InvariantCulture
    );

    [Fact]
    public async Task Purge_OfALargeBatch_DoesABoundedPartAtEachTick()
    {
        var (mostDeletions, mostLooks) = Lines <= 1200 ? (1000, 400) : (5000, 20_000);
        await using var horde = await HordeFixture.StartAsync(new HordeFixtureOptions { InMemory = Lines <= 1200 });
        await FillAsync(horde);
        var remains = horde.Functions.Services.GetRequiredService<RunRemains>();
        var later = DateTimeOffset.UtcNow.AddDays(1);
        var ticks = new List<PurgeWork>();
        do
        {
            var work = new PurgeWork(later, mostDeletions, mostLooks);
            var start = Stopwatch.GetTimestamp();
            await remains.PurgeAsync(horde.Functions.Client, "lot", work, TestContext.Current.CancellationToken);
            output.WriteLine(
                $"{work.Looks} looked at, {work.Blobs} blobs and {work.Instances} instances deleted in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s"
            );
            ticks.Add(work);
        } while (ticks[^1].Runs == 0 && ticks.Count < 100);

        Assert.All(ticks, tick => Assert.InRange(tick.Blobs + tick.Instances, 0, mostDeletions + AtOnce));
        Assert.All(ticks, tick => Assert.InRange(tick.Looks, 0, mostLooks + 500));
        Assert.Equal(Kinds.Length * Lines, ticks.Sum(static tick => tick.Blobs));
        Assert.Equal(Lines + 1, ticks.Sum(static tick => tick.Instances));
        Assert.Equal(Lines, ticks.Sum(static tick => tick.Looks));
        Assert.Empty(
            await horde
                .Functions.Client.GetAllInstancesAsync(new OrchestrationQuery { InstanceIdPrefix = "lot" })
                .ToListAsync(TestContext.Current.CancellationToken)
        );
        Assert.Equal(0, ticks.Sum(static tick => tick.HeldBack));
    }

    /// <summary>Runs that have ended, and what such runs leave behind. How they ended is of no account.</summary>
    private static async Task FillAsync(HordeFixture horde)
    {
        var names = Enumerable.Range(1, Lines).Select(static line => string.Create(CultureInfo.InvariantCulture, $"lot~{line}")).ToList();
        foreach (var kind in Kinds)
        {
            await horde.UploadAsync(kind[..kind.IndexOf('/', StringComparison.Ordinal)], "other", "");
        }

        await Parallel.ForEachAsync(
            [.. names, "lot"],
            TestContext.Current.CancellationToken,
            async (name, cancellation) =>
            {
                await horde.Functions.Client.ScheduleNewOrchestrationInstanceAsync(
                    nameof(RunJob),
                    new StartOrchestrationOptions(name),
                    cancellation
                );
                foreach (var kind in name == "lot" ? [] : Kinds)
                {
                    var path = string.Format(CultureInfo.InvariantCulture, kind, name).Split('/', 2);
                    await horde
                        .Blobs.GetBlobContainerClient(path[0])
                        .GetBlobClient(path[1])
                        .UploadAsync(BinaryData.FromString("{}"), overwrite: true, cancellation);
                }
            }
        );
        await horde.Functions.Client.WaitForInstanceCompletionAsync("lot", TestContext.Current.CancellationToken);
        foreach (var name in names)
        {
            await horde.Functions.Client.WaitForInstanceCompletionAsync(name, TestContext.Current.CancellationToken);
        }
    }
}

using System.Globalization;
using ComputeHorde.Emulator;

namespace ComputeHorde.Sdk.Tests.Scenarios;

/// <summary>
/// Twelve kinds of faults on 12 % of all calls: every run completes, and nothing is paid for twice. COMPUTEHORDE_SOAK_RUNS makes it longer.
/// </summary>
public sealed class FaultSoakTests
{
    private const int Parallel = 25;

    [Fact]
    public async Task RunUntilComplete_FaultsOfAllKindsOnEveryEighthCall_CompletesEachRunAndPaysOnce()
    {
        var runs = int.Parse(Environment.GetEnvironmentVariable("COMPUTEHORDE_SOAK_RUNS") ?? "100", CultureInfo.InvariantCulture);
        await using var horde = await FacilitatorEmulator.StartAsync(options =>
        {
            options.Speed = 50;
            options.Faults = new FaultSettings
            {
                MixedRate = 0.12,
                SlowMs = 3_000,
                LateFieldsSeconds = 0.2,
            };
        });
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };
        using var client = new ComputeHordeClient(
            http,
            Keys.Alice,
            new ComputeHordeOptions
            {
                FacilitatorUrl = horde.BaseAddress,
                ValidatorHotkey = horde.ValidatorHotkey,
                RequestTimeout = TimeSpan.FromSeconds(2),
                CreateDoubt = TimeSpan.FromSeconds(15),
                RetryDelay = TimeSpan.FromMilliseconds(50),
                PollInterval = TimeSpan.FromMilliseconds(200),
                MaxPollInterval = TimeSpan.FromSeconds(1),
            }
        );
        var spec = Specs.Minimal with
        {
            ArtifactsDir = "/artifacts",
            Args = ["soak"],
            DownloadTimeLimitSec = 600,
            ExecutionTimeLimitSec = 600,
            UploadTimeLimitSec = 600,
        };

        await System.Threading.Tasks.Parallel.ForEachAsync(
            Enumerable.Range(0, runs),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel },
            async (number, token) =>
            {
                var options = new RunOptions
                {
                    Tag = $"soak {number}",
                    LostAfter = TimeSpan.FromMinutes(10),
                    RetryDelay = TimeSpan.FromMilliseconds(100),
                };
                var run = await client.RunUntilCompleteAsync(spec, options, token);
                Assert.True(run.IsSuccessful, $"run {number}: {run.Job.Error}");
                Assert.Equal("soak\n", run.Job.Result!.Stdout);
                Assert.NotEmpty(run.Job.Result.Artifacts);
                Assert.Empty(run.Duplicates);
            }
        );

        var counters = horde.Counters;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{runs} runs, {counters.Creates} jobs, {counters.CreateCalls} create, {counters.ListCalls} list and {counters.DetailCalls} detail calls, {counters.FaultsInjected} faults"
        );
        Assert.Equal(runs, horde.Jobs.Count);
        Assert.All(horde.Jobs.GroupBy(job => job.Tag), jobs => Assert.Single(jobs));
        Assert.True(counters.FaultsInjected > runs / 4, $"only {counters.FaultsInjected} faults");
    }
}

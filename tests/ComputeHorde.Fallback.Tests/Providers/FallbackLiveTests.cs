using Azure.Storage.Blobs;
using ComputeHorde.Sdk;

namespace ComputeHorde.Fallback.Tests.Providers;

/// <summary>
/// Asks RunPod itself what only RunPod can answer. Runs when <c>RUNPOD_API_KEY</c> and <c>RUNPOD_LIVE_TEST_STORAGE</c> (a connection string
/// of an account that RunPod's machines reach) are set: one job of seconds on the cheapest CPU pod, at most 0.05 USD. Its answers are
/// printed, to be kept beside the emulator.
/// </summary>
public sealed class FallbackLiveTests(ITestOutputHelper output)
{
    private const decimal MostUsd = 0.05m;

    [Fact]
    public async Task RunPod_OneShortJobOnACpuPod_AnswersWhatTheDocumentsLeaveOpen()
    {
        var key = Environment.GetEnvironmentVariable("RUNPOD_API_KEY");
        var storage = Environment.GetEnvironmentVariable("RUNPOD_LIVE_TEST_STORAGE");
        Assert.SkipWhen(
            string.IsNullOrEmpty(key) || string.IsNullOrEmpty(storage),
            "RUNPOD_API_KEY and RUNPOD_LIVE_TEST_STORAGE are not set"
        );
        var cancellationToken = TestContext.Current.CancellationToken;
        using var api = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var downloads = new HttpClient();

        // JSON even where the image has no ENTRYPOINT: that is the first question.
        var provider = new RunPodProvider(
            api,
            new RunPodOptions
            {
                ApiKey = key!,
                ArgsForm = RunPodArgsForm.Json,
                DiskGb = 10,
                CpuUsdPerHour = 0.10m,
            }
        );
        var jobs = new FallbackJobs(
            provider,
            new BlobContainerClient(storage, "fallback-live-test"),
            downloads,
            new FallbackOptions { MaxUsdPerJob = MostUsd, StartLimit = TimeSpan.FromMinutes(8) }
        );
        var tag = "live-" + Guid.NewGuid().ToString("N");
        var id = jobs.IdOf(tag);
        try
        {
            var created = await jobs.CreateAsync(
                tag,
                new ComputeHordeJobSpec
                {
                    ExecutorClass = ExecutorClass.AlwaysOnTest,
                    DockerImage = "python:3.13-slim",
                    Args = ["python", "-c", "print('hello')"],
                    DownloadTimeLimitSec = 30,
                    ExecutionTimeLimitSec = 60,
                    UploadTimeLimitSec = 30,
                },
                options: null,
                cancellationToken
            );
            Assert.InRange(created.CostBoundUsd, 0, MostUsd);
            var listed = await provider.ListAsync(id, cancellationToken);
            output.WriteLine($"listed right after its creation: {listed.Count == 1}; price {created.UsdPerHour} USD an hour");

            // The provider is asked, and not the blobs: a look at the job would end its machine as soon as it has a result.
            var blob = new BlobContainerClient(storage, "fallback-live-test").GetBlobClient($"{id}/result");
            var started = TimeProvider.System.GetTimestamp();
            var states = new List<string>();
            var machine = Assert.Single(listed.Count == 1 ? listed : await provider.ListAsync(id, cancellationToken)).Id;
            while (!await blob.ExistsAsync(cancellationToken) && TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromMinutes(8))
            {
                var seen = await provider.GetAsync(machine, cancellationToken);
                states.Add($"{seen?.RawState}/{seen?.State}");
                await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, cancellationToken);
            }

            output.WriteLine($"states: {string.Join(' ', states.Distinct())}");
            output.WriteLine($"args as JSON start the wrapper: {await blob.ExistsAsync(cancellationToken)}");
            var log = await provider.ReadLogsAsync(machine, cancellationToken);
            output.WriteLine($"log can be read after the end: {log.Contains("##CH", StringComparison.Ordinal)}");

            // The wrapper waits 45 seconds and deletes its own pod, if it may.
            for (var round = 0; round < 18 && await provider.GetAsync(machine, cancellationToken) is { } still; round++)
            {
                output.WriteLine($"after the end: {still.RawState}");
                await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, cancellationToken);
            }

            output.WriteLine($"the pod's own key has deleted it: {await provider.GetAsync(machine, cancellationToken) is null}");
            var job = await jobs.GetAsync(id, cancellationToken);
            Assert.True(job.Job.IsSuccessful, job.Job.Error?.ToString());
            Assert.Equal("hello\n", job.Job.Result!.Stdout);
        }
        finally
        {
            var released = await jobs.ReleaseAsync(id, CancellationToken.None);
            output.WriteLine($"cost: {released?.CostUsd} USD");
            Assert.Empty(await provider.ListAsync(id, CancellationToken.None));
        }
    }
}

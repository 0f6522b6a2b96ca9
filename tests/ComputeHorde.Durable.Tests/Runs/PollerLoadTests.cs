using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Storage.Local;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;

namespace ComputeHorde.Durable.Tests.Runs;

/// <summary>
/// The poller with very many jobs in flight: the real one, over the real client and the real storage client, with a facilitator and a
/// Durable back end that take the time that theirs take. Jobs live ten minutes and change six times. <c>POLLER_JOBS=100000 dotnet test
/// --filter PollerLoadTests</c> prints the figures of docs/scale.md.
/// </summary>
public sealed class PollerLoadTests(ITestOutputHelper output)
{
    private static readonly int JobCount = int.Parse(
        Environment.GetEnvironmentVariable("POLLER_JOBS") ?? "3000",
        CultureInfo.InvariantCulture
    );
    private static readonly bool IsShort = JobCount <= 3000;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(IsShort ? 5 : 90);
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CallTakes = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan WriteTakes = TimeSpan.FromMilliseconds(10);

    [Fact]
    public async Task Poll_ManyJobsInFlight_TellsEveryChangeAndAsksWithFullLists()
    {
        await using var storage = await LocalStorage.StartAsync(
            new LocalStorageOptions { Listen = false },
            TestContext.Current.CancellationToken
        );
        var facilitator = new Facilitator();
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["ComputeHorde:FacilitatorUrl"] = "https://facilitator.test/",
                    ["ComputeHorde:ValidatorHotkey"] = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty",
                    ["ComputeHorde:HotkeySecret"] = "//Alice",
                    ["ComputeHorde:PollIntervalSeconds"] = IsShort ? "1" : "5",
                    [StorageAccounts.Data] = storage.ConnectionString,
                }
            )
            .Build();
        var services = new ServiceCollection().AddLogging();
        services.AddComputeHordeDurable(configuration);
        services.Configure<BlobClientOptions>(options => options.Transport = new SlowWrites(storage.Transport));
        services.ConfigureAll<HttpClientFactoryOptions>(options =>
            options.HttpMessageHandlerBuilderActions.Add(builder => builder.PrimaryHandler = facilitator)
        );
        services.AddSingleton<PollJobs>();
        await using var provider = services.BuildServiceProvider();
        var poller = provider.GetRequiredService<PollJobs>();
        var backEnd = new BackEnd(
            new WatchList(
                new BlobContainers(
                    new BlobServiceClient(storage.ConnectionString, new BlobClientOptions { Transport = storage.Transport })
                ),
                TimeProvider.System
            )
        );
        await backEnd.FillAsync(JobCount);

        var first = await PollAsync();
        backEnd.Late.Clear();
        var (lists, asked) = (facilitator.Lists, facilitator.Asked);
        var (polls, longest, start) = (0, TimeSpan.Zero, Stopwatch.GetTimestamp());
        var processor = Process.GetCurrentProcess().TotalProcessorTime;
        while (Stopwatch.GetElapsedTime(start) < Length)
        {
            var took = await PollAsync();
            longest = took > longest ? took : longest;
            polls++;
            await Task.Delay(took < Tick ? Tick - took : TimeSpan.Zero, TestContext.Current.CancellationToken);
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        processor = Process.GetCurrentProcess().TotalProcessorTime - processor;
        (lists, asked) = (facilitator.Lists - lists, facilitator.Asked - asked);
        var late = backEnd.Late.Order().ToArray();
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{JobCount} jobs, first poll, which tells all of them, {first.TotalSeconds:F1} s; then for {seconds:F0} s: {polls} polls, longest {longest.TotalSeconds:F1} s; "
                    + $"{lists / seconds:F1} list calls a second with {asked / Math.Max(1.0, lists):F0} jobs each; {late.Length / seconds:F0} changes told a second, "
                    + $"late by {late.ElementAtOrDefault(late.Length / 2):F1} s in the median, {late.ElementAtOrDefault(late.Length * 99 / 100):F1} s at p99; "
                    + $"{processor.TotalSeconds / seconds:F2} cores; peak memory {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB"
            )
        );
        Assert.Empty(backEnd.ToldTwice);
        Assert.Empty(backEnd.NotTold());
        Assert.NotEmpty(late);
        Assert.InRange(lists, 1, (asked / 150) + polls);

        async Task<TimeSpan> PollAsync()
        {
            var began = Stopwatch.GetTimestamp();
            await poller.RunAsync(new TimerInfo(), backEnd, TestContext.Current.CancellationToken);
            return Stopwatch.GetElapsedTime(began);
        }
    }

    /// <summary>A job's statuses by its age in seconds; it started when its uuid says.</summary>
    private static readonly (double After, string Status)[] Life =
    [
        (0, "sent"),
        (2, "received"),
        (5, "accepted"),
        (40, "executor_ready"),
        (60, "volumes_ready"),
        (580, "execution_done"),
        (600, "completed"),
    ];

    private static long Now => Environment.TickCount64;

    /// <summary>The first eight bytes of a uuid hold its moment of birth.</summary>
    private static string NewUuid(long born, int number) =>
        new Guid((int)(born >> 32), (short)(born >> 16), (short)born, BitConverter.GetBytes((long)number)).ToString();

    private static long BornAt(string uuid)
    {
        var bytes = Guid.Parse(uuid).ToByteArray(bigEndian: true);
        return System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(bytes);
    }

    private static int StatusesAt(string uuid, long now) => Life.Count(step => BornAt(uuid) + (step.After * 1000) <= now);

    /// <summary>Answers logins and lists, each after the time that a call takes.</summary>
    private sealed class Facilitator : HttpMessageHandler
    {
        private int _lists;
        private int _asked;

        public int Lists => _lists;

        public int Asked => _asked;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Delay(CallTakes, cancellationToken);
            return request.RequestUri!.AbsolutePath switch
            {
                "/auth/nonce" => Json(
                    """{"nonce":"0123456789abcdef0123456789abcdef:1abcde:0123456789012345678901234567890123456789012"}"""
                ),
                "/auth/login" => Json("""{"token":"a.b.c"}"""),
                "/api/v1/jobs/" => Json(List(request.RequestUri.Query)),
                _ => new HttpResponseMessage(HttpStatusCode.NotFound),
            };
        }

        private string List(string query)
        {
            var now = Now;
            var uuids = query
                .TrimStart('?')
                .Split('&')
                .Where(static part => part.StartsWith("uuid=", StringComparison.Ordinal))
                .Select(static part => part[5..])
                .ToArray();
            Interlocked.Increment(ref _lists);
            Interlocked.Add(ref _asked, uuids.Length);
            var text = new StringBuilder().Append(
                CultureInfo.InvariantCulture,
                $$"""{"count":{{uuids.Length}},"next":null,"previous":null,"results":["""
            );
            for (var number = 0; number < uuids.Length; number++)
            {
                text.Append(number == 0 ? "" : ",");
                AppendJob(text, uuids[number], now);
            }

            return text.Append("]}").ToString();
        }

        private static void AppendJob(StringBuilder text, string uuid, long now)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $$"""
                {"uuid":"{{uuid}}","executor_class":"always_on.llm.a6000","created_at":"2026-11-21T19:50:54.912922Z","last_update":"2026-11-21T19:50:54.916189Z","status":"Sent",
                "docker_image":"me/img:latest","job_namespace":"SN123.0","args":["a","b"],"env":{},"use_gpu":true,"tag":"run#1","stdout":"","stderr":"","volumes":[],"uploads":[],"artifacts":{},
                "artifacts_dir":"","target_validator_hotkey":"5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty","on_trusted_miner":false,"upload_results":{},"download_time_limit":5,"execution_time_limit":10,
                "streaming_start_time_limit":5,"upload_time_limit":5,"streaming_client_cert":"","streaming_server_cert":"","streaming_server_address":"","streaming_server_port":0,"status_history":[
                """
            );
            for (var step = 0; step < StatusesAt(uuid, now); step++)
            {
                text.Append(step == 0 ? "" : ",")
                    .Append(
                        CultureInfo.InvariantCulture,
                        $$"""{"status":"{{Life[step].Status}}","metadata":{},"created_at":"2026-11-21T19:50:54.916189Z"}"""
                    );
            }

            text.Append("]}");
        }

        private static HttpResponseMessage Json(string body) =>
            new(HttpStatusCode.OK) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
    }

    /// <summary>Storage whose writes take the time of a real account's.</summary>
    private sealed class SlowWrites(HttpPipelineTransport inner) : HttpPipelineTransport
    {
        public override Request CreateRequest() => inner.CreateRequest();

        public override void Process(HttpMessage message) => inner.Process(message);

        public override async ValueTask ProcessAsync(HttpMessage message)
        {
            if (message.Request.Method != RequestMethod.Get)
            {
                await Task.Delay(WriteTakes, message.CancellationToken);
            }

            await inner.ProcessAsync(message);
        }
    }

    /// <summary>The runs of the jobs: takes events, notes how late they came, and buys another job for each that ended.</summary>
    private sealed class BackEnd(WatchList watchList) : DurableTaskClient("model")
    {
        private readonly ConcurrentDictionary<string, int> _told = new(StringComparer.Ordinal);
        private readonly ConcurrentDictionary<string, string> _jobs = new(StringComparer.Ordinal);
        private int _runs;

        public ConcurrentBag<double> Late { get; } = [];

        public ConcurrentBag<string> ToldTwice { get; } = [];

        /// <summary>The runs that should know a status and do not: their job is older than the first poll.</summary>
        public IEnumerable<string> NotTold() => _jobs.Keys.Where(run => NumberOf(run) <= JobCount && !_told.ContainsKey(run));

        public Task FillAsync(int count) =>
            Parallel.ForEachAsync(Enumerable.Range(0, count), async (number, _) => await BuyAsync(Now - (600_000L * number / count)));

        public override async Task RaiseEventAsync(
            string instanceId,
            string eventName,
            object? eventPayload = null,
            CancellationToken cancellation = default
        )
        {
            await Task.Delay(WriteTakes, cancellation);
            var update = (JobUpdate)eventPayload!;
            var known = _told.GetValueOrDefault(instanceId);
            if (update.History.Count <= known)
            {
                ToldTwice.Add(instanceId);
            }

            if (known > 0 || NumberOf(instanceId) > JobCount)
            {
                Late.Add((Now - BornAt(update.JobUuid) - (Life[update.History.Count - 1].After * 1000)) / 1000);
            }

            _told[instanceId] = update.History.Count;
            if (update.HasEnded)
            {
                _jobs.TryRemove(instanceId, out _);
                await BuyAsync(Now);
            }
        }

        private static int NumberOf(string run) => int.Parse(run.AsSpan("run-".Length), CultureInfo.InvariantCulture);

        private async Task BuyAsync(long born)
        {
            var number = Interlocked.Increment(ref _runs);
            var run = $"run-{number}";
            _jobs[run] = NewUuid(born, number);
            await watchList.AddAsync(new AttemptKey(run, 1), _jobs[run], seen: 0, CancellationToken.None);
        }

        public override Task<string> ScheduleNewOrchestrationInstanceAsync(
            TaskName orchestratorName,
            object? input = null,
            StartOrchestrationOptions? options = null,
            CancellationToken cancellation = default
        ) => throw new NotSupportedException();

        public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
            string instanceId,
            bool getInputsAndOutputs = false,
            CancellationToken cancellation = default
        ) => throw new NotSupportedException();

        public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
            string instanceId,
            bool getInputsAndOutputs = false,
            CancellationToken cancellation = default
        ) => throw new NotSupportedException();

        public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
            throw new NotSupportedException();

        public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
            throw new NotSupportedException();

        public override Task<OrchestrationMetadata?> GetInstancesAsync(
            string instanceId,
            bool getInputsAndOutputs = false,
            CancellationToken cancellation = default
        ) => throw new NotSupportedException();

        public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null) =>
            throw new NotSupportedException();

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

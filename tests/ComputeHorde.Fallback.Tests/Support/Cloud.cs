using System.Collections.Concurrent;
using Azure.Core;
using Azure.Storage.Blobs;
using ComputeHorde.FallbackEmulator;
using ComputeHorde.Sdk;
using ComputeHorde.Storage.Local;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Fallback.Tests.Support;

/// <summary>
/// Jobs on an emulated cloud with a storage of its own. Whatever a test did, no machine may be left, and none may have cost more than was
/// computed before.
/// </summary>
internal sealed class Cloud : IAsyncDisposable
{
    private readonly LocalStorage _storage;
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly HttpClient _downloads = new();
    private readonly Func<Cloud, FallbackOptions, FallbackOptions> _configure;

    private Cloud(
        CloudEmulator emulator,
        LocalStorage storage,
        string provider,
        Func<Cloud, FallbackOptions, FallbackOptions> configure,
        Func<RunPodOptions, RunPodOptions> runPod
    )
    {
        (Emulator, _storage, _configure) = (emulator, storage, configure);
        Container = new BlobContainerClient(storage.ConnectionString, "fallback");
        Provider =
            provider == "runpod"
                ? new RunPodProvider(
                    _http,
                    runPod(new RunPodOptions { ApiKey = emulator.Options.RunPodKey, BaseAddress = emulator.RunPod })
                )
                : new ContainerAppsProvider(
                    _http,
                    new FixedToken(emulator.Options.AzureToken),
                    new ContainerAppsOptions
                    {
                        SubscriptionId = "sub",
                        ResourceGroup = "group",
                        EnvironmentId = "/environments/env",
                        Location = "westus3",
                        BaseAddress = emulator.BaseAddress,
                        PollInterval = TimeSpan.FromMilliseconds(50),
                        Machines = new Dictionary<string, ContainerAppsMachine>
                        {
                            [ExecutorClass.AlwaysOnTest] = new("consumption", 2, 4, 0.24m) { HasGpu = false },
                        },
                    }
                );
        Jobs = Restart();
    }

    public CloudEmulator Emulator { get; }

    public BlobContainerClient Container { get; }

    public IFallbackProvider Provider { get; }

    public FallbackJobs Jobs { get; private set; }

    public ConcurrentQueue<string> Log { get; } = new();

    /// <summary>The clock of the jobs.</summary>
    public LaterTime Time { get; } = new();

    public string Image => $"{Emulator.Registry}/tools/shell:1";

    public static async Task<Cloud> StartAsync(
        string provider = "runpod",
        Func<FallbackOptions, FallbackOptions>? configure = null,
        Func<RunPodOptions, RunPodOptions>? runPod = null,
        Action<CloudEmulatorOptions>? emulator = null
    )
    {
        var cloud = await CloudEmulator.StartAsync(emulator, TestContext.Current.CancellationToken);
        var storage = await LocalStorage.StartAsync(new LocalStorageOptions(), TestContext.Current.CancellationToken);
        return new Cloud(
            cloud,
            storage,
            provider,
            (_, options) => configure?.Invoke(options) ?? options,
            runPod ?? (static options => options)
        );
    }

    /// <summary>A second process with the same container: nothing of the first one's memory is left.</summary>
    public FallbackJobs Restart() =>
        Jobs = new FallbackJobs(
            Provider,
            Container,
            _downloads,
            _configure(
                this,
                new FallbackOptions
                {
                    InsecureRegistries = [Emulator.Registry],
                    HuggingFace = Emulator.HuggingFace,
                    Heartbeat = TimeSpan.FromSeconds(1),
                    ListInterval = TimeSpan.Zero,
                    LookUpPauses = [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(400)],
                }
            ),
            Time,
            new QueueLogger(Log)
        );

    public ComputeHordeJobSpec Shell(string line) => Specs.Shell(line, Image);

    /// <summary>Creates a job as callers do: again and again while the answer is "not known".</summary>
    public async Task<FallbackJob> CreateAsync(string tag, ComputeHordeJobSpec spec, FallbackCreateOptions? options = null)
    {
        while (true)
        {
            try
            {
                return await Jobs.CreateAsync(tag, spec, options, TestContext.Current.CancellationToken);
            }
            catch (FallbackException exception) when (exception.IsTransient)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
            }
        }
    }

    /// <summary>Waits until a job has ended and its machine is gone, as the poller and the settling do.</summary>
    public async Task<FallbackJob> EndOfAsync(string id)
    {
        FallbackJob? job = null;
        await Eventually.TrueAsync(
            async () =>
            {
                job = (await Jobs.GetManyAsync([id], TestContext.Current.CancellationToken))[id].Job ?? job;
                return job?.Job.IsTerminal == true;
            },
            $"{id} ended"
        );
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    return await Jobs.ReleaseAsync(id, TestContext.Current.CancellationToken) is { IsReleased: true };
                }
                catch (FallbackException exception) when (exception.IsTransient)
                {
                    return false;
                }
            },
            $"{id} released"
        );
        return await Jobs.GetAsync(id, TestContext.Current.CancellationToken);
    }

    /// <summary>
    /// What must hold at every end: nothing costs any more, nothing cost more than was said before, and the job ran at most once.
    /// </summary>
    public void AssertSettled(FallbackJob job)
    {
        Assert.Empty(Emulator.Costing);
        var machines = Emulator.Machines.Where(machine => machine.Name.StartsWith(job.Job.Uuid, StringComparison.Ordinal)).ToList();
        Assert.All(machines, machine => Assert.True(machine.CostUsd <= job.CostBoundUsd, $"{machine.CostUsd} of {job.CostBoundUsd}"));
        Assert.InRange(machines.Sum(static machine => machine.Executions), 0, 1);
        Assert.All(
            Log,
            line =>
                Assert.False(
                    line.Contains("sig=", StringComparison.Ordinal) || line.Contains(Emulator.Options.RunPodKey, StringComparison.Ordinal),
                    line
                )
        );
    }

    public async ValueTask DisposeAsync()
    {
        await Emulator.DisposeAsync();
        await _storage.DisposeAsync();
        _http.Dispose();
        _downloads.Dispose();
    }

    private sealed class FixedToken(string token) : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(token, DateTimeOffset.MaxValue);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            ValueTask.FromResult(GetToken(requestContext, cancellationToken));
    }

    private sealed class QueueLogger(ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => lines.Enqueue($"{formatter(state, exception)} {exception}");
    }
}

using System.Text;
using ComputeHorde.Emulator.Executor;
using ComputeHorde.Emulator.Facilitator;
using ComputeHorde.Emulator.Horde;
using ComputeHorde.Emulator.Storage;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Emulator;

/// <summary>The parts of a running emulator, put together.</summary>
internal sealed class EmulatorParts : IAsyncDisposable
{
    private static readonly TimeSpan EvictionInterval = TimeSpan.FromHours(1);
    private readonly HttpClient _downloads;
    private readonly HttpClient _uploads;
    private readonly JobRunner _runner;
    private readonly ITimer _eviction;

    private EmulatorParts(FacilitatorEmulatorOptions options, IJobLog log)
    {
        ILogger logger = options.LoggerFactory.CreateLogger("ComputeHorde.Emulator");
        Counters = new CounterBook();
        var faults = new FaultBook(options);
        var scheduler = new HordeScheduler(options.TimeProvider, options.Speed, options.Busy);
        _downloads = Client(options, redirects: true);
        _uploads = Client(options, redirects: false);
        Horde = new HordeContext(
            options,
            faults,
            new JobStore(),
            log,
            new TextFile(),
            scheduler,
            new MinerPool(options),
            new VolumeFetcher(_downloads, scheduler, options.HuggingFaceBaseAddress, Counters),
            new OutputUploader(_uploads, scheduler, Counters),
            logger
        );
        Behaviours = new BehaviourBook(options, logger);
        Tokens = new TokenIssuer(options, () => faults.ClockSkew);
        Cheats = new CheatBook(Horde, Counters);
        _runner = new JobRunner(Horde);
        App = new FacilitatorApp(
            Horde,
            Tokens,
            new AuthViews(Tokens, Counters),
            new CreateView(Horde, _runner, Behaviours, Counters),
            new JobViews(Horde, Counters),
            new CheatView(Horde.Store, Cheats, Counters),
            Counters
        );
        _eviction = options.TimeProvider.CreateTimer(_ => _ = EvictOldAsync(), null, EvictionInterval, EvictionInterval);
    }

    public HordeContext Horde { get; }

    public CounterBook Counters { get; }

    public BehaviourBook Behaviours { get; }

    public TokenIssuer Tokens { get; }

    public CheatBook Cheats { get; }

    public FacilitatorApp App { get; }

    public static EmulatorParts Make(FacilitatorEmulatorOptions options) =>
        new(options, options.DataPath is { } path ? new SqliteJobLog(path) : new NullJobLog());

    /// <summary>Loads what was kept and lets unfinished jobs go on.</summary>
    public void ResumeJobs()
    {
        (IReadOnlyList<JobRecord> jobs, IReadOnlyList<EmulatedCheatReport> reports) = Horde.Log.Load(Horde.Texts);
        foreach (JobRecord job in jobs)
        {
            Horde.Store.Add(job);
            Counters.Stored(job);
            Behaviours.CountStored(job.Request);
        }

        foreach (EmulatedCheatReport report in reports)
        {
            Cheats.Restore(report);
            Horde.Store.Find(report.JobUuid)?.Cheated = true;
        }

        JobRecord[] unfinished = [.. jobs.Where(job => !job.Has(Wire.JobStatuses.Completed))];
        foreach (JobRecord job in unfinished)
        {
            _runner.Start(job);
        }

        if (unfinished.Length > 0)
        {
            Logs.Resumed(Horde.Logger, unfinished.Length);
        }
    }

    /// <summary>Forgets jobs older than that.</summary>
    public async Task<int> EvictAsync(TimeSpan age)
    {
        DateTimeOffset limit = Horde.Now - age;
        JobRecord[] old = [.. Horde.Store.All().Where(job => job.CreatedAt <= limit)];
        foreach (JobRecord job in old)
        {
            Horde.Store.Remove(job.Uuid);
            Cheats.Forget(job.Uuid);
            await Horde.Log.RemoveAsync(job.Uuid);
        }

        if (old.Length > 0)
        {
            Logs.Evicted(Horde.Logger, old.Length);
        }

        return old.Length;
    }

    private async Task EvictOldAsync()
    {
        try
        {
            await EvictAsync(Horde.Options.EvictionAge);
        }
        catch (Exception e)
        {
            // Nobody waits for the timer; the next round tries again.
            Logs.EvictionFailed(Horde.Logger, e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _eviction.DisposeAsync();
        await _runner.DisposeAsync();
        await Horde.Log.DisposeAsync();
        Horde.Texts.Dispose();
        _downloads.Dispose();
        _uploads.Dispose();
    }

    /// <summary>A client with httpx's headers and time-outs of 300 s.</summary>
    private static HttpClient Client(FacilitatorEmulatorOptions options, bool redirects)
    {
        HttpMessageHandler handler =
            options.ExecutorHandler?.Invoke()
            ?? new SocketsHttpHandler
            {
                AllowAutoRedirect = redirects,
                UseProxy = false,
                UseCookies = false,
                MaxConnectionsPerServer = 64,
                RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
            };
        var client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(300) };
        client.DefaultRequestHeaders.Add("Accept", "*/*");
        client.DefaultRequestHeaders.Add("Accept-Encoding", "gzip, deflate");
        client.DefaultRequestHeaders.Add("User-Agent", "python-httpx/0.28.1");
        return client;
    }
}

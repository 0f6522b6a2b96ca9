using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using ComputeHorde.DurableTask.Sqlite.Storage;
using ComputeHorde.Emulator;
using ComputeHorde.Functions.Local.Invocation;
using ComputeHorde.Simulation.Chaos;
using ComputeHorde.Simulation.Rules;
using ComputeHorde.Simulation.Seams;
using ComputeHorde.Simulation.Time;
using ComputeHorde.Storage.Local;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeHorde.Simulation.World;

/// <summary>One simulated life of the whole application and of everything around it.</summary>
internal sealed class Life : IAsyncDisposable
{
    /// <summary>
    /// How long a caller waits for an end when nothing fails any more: a job has an hour, some attempts, and a notice a day before it is
    /// given up.
    /// </summary>
    private static readonly TimeSpan MostTime = TimeSpan.FromHours(50);

    /// <summary>The application looks every ten minutes for places that ended runs hold.</summary>
    private static readonly TimeSpan Sweeps = TimeSpan.FromMinutes(45);

    /// <summary>From then on what is still under way is a matter of long deadlines, and looked at rarely.</summary>
    private static readonly TimeSpan LongAfter = TimeSpan.FromMinutes(30);

    private static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    private readonly MemoryStore _store = new();
    private readonly List<Host> _hosts = [];
    private readonly List<IAsyncDisposable> _all = [];
    private readonly CancellationTokenSource _over = new();

    private Life(Scenario scenario, Application application)
    {
        (Scenario, Application) = (scenario, application);
        Time = new SimulatedTime(Start);
        Log = new SimulatedLog(() => Time.Elapsed);
        Fate = new Fate(scenario.Seed, scenario.Weather, scenario.OnlyFaults, () => Time.Elapsed);
        Observer = new Observer(this);
        Callers = new Callers(this);
        Receiver = new Receiver(this);
        Observer.Secrets.Add(Receiver.SigningSecret["whsec_".Length..]);
    }

    public Scenario Scenario { get; }

    public Application Application { get; }

    public SimulatedTime Time { get; }

    public SimulatedLog Log { get; }

    public Fate Fate { get; }

    public Observer Observer { get; }

    public Callers Callers { get; }

    public Receiver Receiver { get; }

    public LocalStorage Storage { get; private set; } = null!;

    public DateTimeOffset Began { get; } = Start;

    public FacilitatorEmulator Facilitator { get; private set; } = null!;

    /// <summary>The storage account without anything in between.</summary>
    public BlobServiceClient Blobs { get; private set; } = null!;

    public QueueServiceClient Queues { get; private set; } = null!;

    public Engine Engine { get; private set; } = null!;

    /// <summary>Which process it is, counted from 1; only those that die with their engine are counted.</summary>
    public int Process { get; private set; }

    public Dictionary<string, string?> Settings { get; private set; } = [];

    /// <summary>Changes the services of the application.</summary>
    public Action<IServiceCollection>? Change { get; init; }

    /// <summary>The secret of the hotkey, which must be nowhere.</summary>
    public string HotkeySecret =>
        "0x" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(Scenario.Seed)));

    /// <summary>Lives a scenario from its beginning to its end, and says which rules it broke.</summary>
    public static async Task<LifeReport> RunAsync(Scenario scenario, Application? application = null, bool logsCalls = false)
    {
        // On the pool, whose only thread does everything.
        return await Task.Run(async () =>
        {
            await using var life = new Life(scenario, application ?? Application.Today);
            life.Fate.Watch = logsCalls ? life.Log.Add : null;
            return await life.LiveAsync();
        });
    }

    public void Kill(Host host, string call)
    {
        if (!Scenario.IsAzure)
        {
            KillProcess(call);
            return;
        }

        if (_hosts.Remove(host))
        {
            host.End();
            Background.Begin(async () =>
            {
                await Time.Delay(DownTime(call), _over.Token);
                await StartHostAsync(host.Name);
            });
        }
    }

    public void KillProcess(string call)
    {
        if (Engine.IsDead)
        {
            return;
        }

        Engine.Die();
        _hosts.ForEach(static host => host.End());
        _hosts.Clear();
        if (Scenario.Forgets > TimeSpan.Zero)
        {
            Storage.LoseLast(Scenario.Forgets);
        }

        Background.Begin(async () =>
        {
            await Time.Delay(DownTime(call), _over.Token);
            await StartProcessAsync();
        });
    }

    /// <summary>A host that lives, by seed; waits until there is one.</summary>
    public async Task<Host> AnyHostAsync(string purpose)
    {
        while (_hosts.Count == 0)
        {
            await Time.Delay(TimeSpan.FromSeconds(1), _over.Token);
        }

        return _hosts[(int)(Fate.Chance("host " + purpose) * _hosts.Count)];
    }

    /// <summary>Calls an HTTP function as a caller does who wants an answer.</summary>
    public async Task<HttpAnswer> CallAsync(HttpCall call)
    {
        for (var round = 0; ; round++)
        {
            try
            {
                var host = await AnyHostAsync($"{call.Path} {round}");
                var answer = await host.HttpAsync(call);
                if (answer.Status is < 500 and not 429)
                {
                    return answer;
                }
            }
            catch (OperationCanceledException) when (!_over.IsCancellationRequested)
            {
                // The host died.
            }

            await Time.Delay(TimeSpan.FromSeconds(2 + (10 * Fate.Chance($"{call.Path} again {round}"))), _over.Token);
        }
    }

    /// <summary>The orchestrations that have not ended.</summary>
    public IEnumerable<string> InstancesUnderWay() =>
        _store
            .Query(new InstanceFilter())
            .Instances.Where(static instance => !instance.State.IsOver)
            .Select(static instance => instance.Row.InstanceId);

    /// <summary>Whether an orchestration has ended, as its store knows it.</summary>
    public bool HasEnded(string instance) => _store.Find(instance)?.State.IsOver == true;

    /// <summary>So much more rarely timers and queues are looked at, when all that is left are long deadlines.</summary>
    public int Slowness => Fate.IsOver || Time.Elapsed > Scenario.Weather.ClearsAt + LongAfter ? 10 : 1;

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        foreach (var part in Enumerable.Reverse(_all))
        {
            await part.DisposeAsync();
        }
    }

    private async Task<LifeReport> LiveAsync()
    {
        Pool.RequireOneThread();
        SharedRandom.Reset(Scenario.Seed);
        await StartWorldAsync();
        await StartProcessAsync();
        RunTimers();
        var plans = Scenario.Plans.Select(plan => plan.LiveAsync(this)).ToList();
        var all = Task.WhenAll(plans);
        var within = Scenario.Weather.ClearsAt + MostTime;
        if (!await Time.RunUntilAsync(() => all.IsCompleted, within))
        {
            Observer.Break(
                "liveness",
                $"not all has ended {within} after the beginning: "
                    + string.Join(", ", Scenario.Plans.Where((_, index) => !plans[index].IsCompleted).Select(static plan => plan.Id))
            );
        }

        foreach (var failed in plans.Where(static plan => plan.IsFaulted))
        {
            Observer.Break("caller", failed.Exception!.InnerException!.ToString());
        }

        // Checks, repeats and sweeps that are still under way come to their end.
        var lived = Time.Elapsed;
        Fate.Clear();
        await Time.RunUntilAsync(() => World.Observer.IsQuiet(_store), MostTime);
        var swept = Time.Elapsed + Sweeps;
        await Time.RunUntilAsync(() => Time.Elapsed >= swept, Sweeps * 2);
        var facts = await Checker.CheckAsync(this, _store);
        return new LifeReport(Scenario, Observer.Broken, Fate.Injected, lived, Fate.Calls, Fate.Trace)
        {
            Notices = Receiver.Notices.Count,
            Log = Log.Lines,
            Histories = facts.Histories.Concat(Observer.Snapshots).ToDictionary(),
        };
    }

    private async Task StartWorldAsync()
    {
        Storage = Own(
            await LocalStorage.StartAsync(
                new LocalStorageOptions
                {
                    Listen = false,
                    TimeProvider = Time,
                    Seed = Scenario.Seed,
                    KeptPast = Scenario.Forgets * 2,
                    BlobPort = 20_001,
                    QueuePort = 20_002,
                }
            )
        );
        Blobs = new BlobServiceClient(Storage.ConnectionString, new BlobClientOptions { Transport = Storage.Transport });
        var sampling = Blobs.GetBlobContainerClient("sampling");
        await sampling.CreateAsync();
        await sampling.UploadBlobAsync(
            "key",
            BinaryData.FromBytes(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(~Scenario.Seed)))
        );
        Queues = new QueueServiceClient(Storage.ConnectionString, new QueueClientOptions { Transport = Storage.Transport });
        Facilitator = Own(
            await FacilitatorEmulator.StartAsync(emulator =>
            {
                emulator.Listen = false;
                emulator.TimeProvider = Time;
                emulator.Seed = Scenario.Seed;
                emulator.ExecutorHandler = () => new ExecutorNetwork(Storage.Transport);
                var uuids = new Random(Scenario.Seed);
                emulator.NewUuid = () =>
                {
                    var bytes = new byte[16];
                    uuids.NextBytes(bytes);
                    return new Guid(bytes);
                };
            })
        );
        Settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["AzureWebJobsStorage"] = Storage.ConnectionString,
            ["ComputeHorde:FacilitatorUrl"] = "http://127.0.0.1:9/",
            ["ComputeHorde:ValidatorHotkey"] = Facilitator.ValidatorHotkey,
            ["ComputeHorde:HotkeySecret"] = HotkeySecret,
            ["ComputeHorde:MaxStartsPerMinute"] = "1000000",
            ["ComputeHorde:PollIntervalSeconds"] = Scenario.PollSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["ComputeHorde:MaxPollIntervalSeconds"] = "60",
            ["ComputeHorde:WebhookSecret"] = Receiver.SigningSecret,
            [$"ComputeHorde:Limits:{Workloads.JobPlan.LimitedNamespace}:MaxInFlight"] = Scenario.MaxInFlight?.ToString(
                System.Globalization.CultureInfo.InvariantCulture
            ),
        };
    }

    private async Task StartProcessAsync()
    {
        Process++;
        Engine = Own(await Engine.StartAsync(this, _store));
        await StartHostAsync("one");
        if (Scenario.IsAzure)
        {
            await StartHostAsync("two");
        }
    }

    private async Task StartHostAsync(string name) => _hosts.Add(Own(await Host.StartAsync(this, name, Engine)));

    private void RunTimers()
    {
        Background.Begin(() => TickAsync("PollJobs", TimeSpan.FromSeconds(Scenario.PollSeconds)));
        if (Scenario.Plans.Any(static plan => plan is Workloads.SchedulePlan))
        {
            Background.Begin(() => TickAsync("StartScheduled", TimeSpan.FromSeconds(Scenario.PollSeconds)));
        }

        Background.Begin(() => TickAsync("JobSpecSweep", TimeSpan.FromMinutes(5)));
    }

    /// <summary>A timer runs on one host at a time; while a lock changes hands, on two.</summary>
    private async Task TickAsync(string function, TimeSpan interval)
    {
        var running = new HashSet<Host>();
        for (var tick = 0; ; tick++)
        {
            await Time.Delay(interval * Slowness, _over.Token);
            var both = Scenario.Weather.ClearsAt > Time.Elapsed && Fate.Chance($"{function} on both {tick}") < 0.1;
            foreach (var host in (both ? _hosts : _hosts.Take(1)).Where(running.Add).ToList())
            {
                Background.Begin(async () =>
                {
                    try
                    {
                        await host.TriggerAsync(function, new TriggerInput(new TimerInfo(), TriggerInput.NoData, "timer"));
                    }
                    finally
                    {
                        running.Remove(host);
                    }
                });
            }
        }
    }

    private TimeSpan DownTime(string call) => TimeSpan.FromSeconds(1 + (90 * Fate.Chance("down " + call)));

    private T Own<T>(T part)
        where T : IAsyncDisposable
    {
        _all.Add(part);
        return part;
    }
}

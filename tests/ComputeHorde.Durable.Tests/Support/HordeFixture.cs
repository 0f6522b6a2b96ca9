using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.DurableTask.Sqlite.Testing;
using ComputeHorde.Emulator;
using ComputeHorde.Functions.Local;
using ComputeHorde.Storage.Local;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Tests.Support;

/// <summary>
/// The functions on their local host, with an emulated ComputeHorde and a storage account of their own: the product as it runs, for one
/// test.
/// </summary>
/// <example><code>await using var horde = await HordeFixture.StartAsync();</code></example>
internal sealed class HordeFixture : IAsyncDisposable
{
    private readonly DirectoryInfo _data;
    private readonly HordeFixtureOptions _options;
    private readonly LocalStorage? _local;
    private IDisposable? _notBegun;

    private HordeFixture(HordeFixtureOptions options, DirectoryInfo data, LocalStorage? local, string storage, FacilitatorEmulator emulator)
    {
        (_options, _data, _local) = (options, data, local);
        Storage = storage;
        Emulator = emulator;
        Blobs = new BlobServiceClient(storage);
        Queues = new QueueServiceClient(storage, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None });
        Log = new CollectedLog(options.Output);
    }

    /// <summary>The connection string of the storage account.</summary>
    public string Storage { get; }

    public FacilitatorEmulator Emulator { get; }

    public LocalFunctionsHost Functions { get; private set; } = null!;

    /// <summary>Speaks to the functions; paths are relative to <c>/api/</c>.</summary>
    public HttpClient Http { get; private set; } = null!;

    public BlobServiceClient Blobs { get; }

    public QueueServiceClient Queues { get; }

    /// <summary>Every line that functions and emulator logged.</summary>
    public CollectedLog Log { get; }

    /// <summary>The folder of the task hub's files.</summary>
    public string DataDirectory => Path.Combine(_data.FullName, "hub");

    public static async Task<HordeFixture> StartAsync(HordeFixtureOptions? options = null)
    {
        options ??= new HordeFixtureOptions();
        var notBegun = HoldTime(options);
        var data = Directory.CreateTempSubdirectory("computehorde-durable-test-");
        var local = options.OnAzurite
            ? null
            : await LocalStorage.StartAsync(
                new LocalStorageOptions { DataFolder = options.InMemory ? null : Path.Combine(data.FullName, "storage") },
                TestContext.Current.CancellationToken
            );
        var storage = local?.ConnectionString ?? await SharedAzurite.NextAccountAsync();
        var emulator = await FacilitatorEmulator.StartAsync(
            emulator =>
            {
                emulator.Speed = 100;
                options.Emulator?.Invoke(emulator);
            },
            TestContext.Current.CancellationToken
        );
        var fixture = new HordeFixture(options, data, local, storage, emulator);
        fixture._notBegun = notBegun;
        await fixture.StartFunctionsAsync();
        return fixture;
    }

    /// <summary>
    /// Makes virtual time stand still until the result is disposed. It does so by itself from the start until the first request of a test
    /// has been answered, and while each is: else hours may pass on a busy machine before the test has said what it has to say.
    /// </summary>
    public IDisposable? Hold() => HoldTime(_options);

    private static IDisposable? HoldTime(HordeFixtureOptions options) => (options.TimeProvider as VirtualTimeProvider)?.Busy();

    /// <summary>Starts the functions, again after <see cref="StopFunctionsAsync"/>, over the same task hub and storage.</summary>
    public async Task StartFunctionsAsync()
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["ComputeHorde:FacilitatorUrl"] = Emulator.BaseAddress.AbsoluteUri,
            ["ComputeHorde:ValidatorHotkey"] = Emulator.ValidatorHotkey,
            ["ComputeHorde:HotkeySecret"] = "//Alice",
            ["ComputeHorde:CreateFenceSeconds"] = "1",
            ["ComputeHorde:MaxStartsPerMinute"] = "1000000",
            ["ComputeHorde:PollIntervalSeconds"] = "0.1",
            ["ComputeHordePollSchedule"] = "00:00:00.1",
            ["ComputeHordeSweepSchedule"] = "0 0 0 1 1 *",
            ["AzureWebJobs.JobSpecEvent.Disabled"] = "true",
            [StorageAccounts.Data] = Storage,
        };
        foreach (var (name, value) in _options.Settings)
        {
            settings[name.Replace("__", ":", StringComparison.Ordinal)] = value;
        }

        Functions = await LocalFunctionsHost.StartAsync(
            new LocalFunctionsHostOptions
            {
                FunctionAssemblies = [typeof(DurableServices).Assembly],
                ContentRoot = RepositoryRoot(),
                DataDirectory = DataDirectory,
                InMemory = _options.InMemory,
                StorageConnectionString = Storage,
                Storage = _local,
                Port = 0,
                Settings = settings,
                TimeProvider = _options.TimeProvider,
                ConfigureLogging = builder => builder.ClearProviders().SetMinimumLevel(LogLevel.Debug).AddProvider(Log),
                Configure = builder =>
                {
                    builder.Services.AddComputeHordeDurable(builder.Configuration);
                    if (_local is not null)
                    {
                        builder.Services.Configure<BlobClientOptions>(blobs => blobs.Transport = _local.Transport);
                    }
                },
                ConfigureServices = _options.Services,
            },
            TestContext.Current.CancellationToken
        );
        Http = new HttpClient { BaseAddress = new Uri(Functions.BaseAddress, "/api/"), Timeout = TimeSpan.FromMinutes(5) };
    }

    public async Task StopFunctionsAsync()
    {
        Http.Dispose();
        await Functions.DisposeAsync();
    }

    /// <summary>Sends JSON and gives the answer.</summary>
    public async Task<HttpResponseMessage> PostAsync(string path, JsonNode? body = null, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        using var held = Hold();
        var answer = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        Interlocked.Exchange(ref _notBegun, null)?.Dispose();
        return answer;
    }

    /// <summary>Reads a JSON object.</summary>
    public async Task<JsonObject> GetAsync(string path) =>
        (await Http.GetFromJsonAsync<JsonObject>(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken))!;

    /// <summary>Waits until <c>jobs/{id}</c> or <c>batches/{id}</c> has ended, and gives it.</summary>
    public async Task<JsonObject> EndOfAsync(string path, double withinSeconds = 300)
    {
        JsonObject? run = null;
        await Eventually.TrueAsync(
            async () =>
            {
                using var answer = await Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
                run = answer.IsSuccessStatusCode
                    ? await answer.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken)
                    : null;
                return run is not null && (run.ContainsKey("outcome") || run.ContainsKey("summary") || run.ContainsKey("error"));
            },
            $"{path} ended",
            withinSeconds
        );
        return run!;
    }

    /// <summary>Waits until the check of an ended run has ended, and gives what it found.</summary>
    public async Task<JsonNode> VerdictOfAsync(string run, double withinSeconds = 300)
    {
        JsonNode? check = null;
        await Eventually.TrueAsync(
            async () => (check = (await GetAsync($"jobs/{run}"))["check"]) is not null && (string?)check["verdict"] != "pending",
            $"the check of {run} ended",
            withinSeconds
        );
        return check!;
    }

    /// <summary>Uploads a blob, its container made if missing.</summary>
    public async Task<BlobClient> UploadAsync(string container, string name, string content)
    {
        var client = Blobs.GetBlobContainerClient(container);
        await client.CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);
        var blob = client.GetBlobClient(name);
        await blob.UploadAsync(BinaryData.FromString(content), overwrite: true, TestContext.Current.CancellationToken);
        return blob;
    }

    /// <summary>A blob's content; null when there is no such blob.</summary>
    public async Task<string?> DownloadAsync(string container, string name)
    {
        var blob = Blobs.GetBlobContainerClient(container).GetBlobClient(name);
        return await blob.ExistsAsync(TestContext.Current.CancellationToken)
            ? (await blob.DownloadContentAsync(TestContext.Current.CancellationToken)).Value.Content.ToString()
            : null;
    }

    /// <summary>The names of a container's blobs; none when there is no such container.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(string container, string? prefix = null)
    {
        var client = Blobs.GetBlobContainerClient(container);
        var names = new List<string>();
        if (await client.ExistsAsync(TestContext.Current.CancellationToken))
        {
            await foreach (
                var blob in client.GetBlobsAsync(
                    Azure.Storage.Blobs.Models.BlobTraits.None,
                    Azure.Storage.Blobs.Models.BlobStates.None,
                    prefix,
                    TestContext.Current.CancellationToken
                )
            )
            {
                names.Add(blob.Name);
            }
        }

        return names;
    }

    public async ValueTask DisposeAsync()
    {
        await StopFunctionsAsync();
        await Emulator.DisposeAsync();
        if (_local is not null)
        {
            await _local.DisposeAsync();
        }

        _data.Delete(recursive: true);
    }

    /// <summary>The folder of the solution, where host.json is.</summary>
    public static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (
            !File.Exists(Path.Combine(folder.FullName, "host.json"))
            || !File.Exists(Path.Combine(folder.FullName, "ComputeHorde.Durable.sln"))
        )
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        }

        return folder.FullName;
    }
}

/// <summary>How a <see cref="HordeFixture"/> differs from the ordinary.</summary>
internal sealed record HordeFixtureOptions
{
    /// <summary>Sets the emulator up; by default it is 100 times faster than life.</summary>
    public Action<FacilitatorEmulatorOptions>? Emulator { get; init; }

    /// <summary>Settings of the functions that win over the fixture's own, by their names in local.settings.json.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>Changes the services of the functions.</summary>
    public Action<Microsoft.Extensions.DependencyInjection.IServiceCollection>? Services { get; init; }

    /// <summary>The clock of orchestrations and timer functions.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>On Azurite, as under Core Tools, instead of a storage in the process.</summary>
    public bool OnAzurite { get; init; } = Environment.GetEnvironmentVariable("HORDE_STORAGE") == "azurite";

    /// <summary>Keeps the task hub in memory instead of a file.</summary>
    public bool InMemory { get; init; }

    /// <summary>Where log lines are shown as well.</summary>
    public ITestOutputHelper? Output { get; init; }
}

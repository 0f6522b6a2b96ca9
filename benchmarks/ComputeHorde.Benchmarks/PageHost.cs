using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using ComputeHorde.Durable;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Emulator;
using ComputeHorde.Functions.Local;
using ComputeHorde.Storage.Local;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Benchmarks;

/// <summary>
/// The functions on a task hub in a file, full of runs whose jobs are under way and of which there is no news: nothing disturbs the
/// measurement.
/// </summary>
internal sealed class PageHost : IAsyncDisposable
{
    private const int StartsAtOnce = 32;

    private const string Never = "0 0 0 1 1 *";

    private readonly DirectoryInfo _data;
    private readonly LocalStorage _storage;
    private readonly FacilitatorEmulator _emulator;
    private readonly LocalFunctionsHost _functions;
    private int _started;

    private PageHost(DirectoryInfo data, LocalStorage storage, FacilitatorEmulator emulator, LocalFunctionsHost functions)
    {
        (_data, _storage, _emulator, _functions) = (data, storage, emulator, functions);
        Http = new HttpClient { BaseAddress = new Uri(functions.BaseAddress, "/api/"), Timeout = TimeSpan.FromMinutes(1) };
    }

    public HttpClient Http { get; }

    public static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"run-{number:D6}");

    public static async Task<PageHost> StartAsync(CancellationToken cancellationToken)
    {
        var data = Directory.CreateTempSubdirectory("page-benchmark");
        var storage = await LocalStorage.StartAsync(new LocalStorageOptions { DataFolder = null }, cancellationToken);
        var emulator = await FacilitatorEmulator.StartAsync(static horde => horde.Speed = 100, cancellationToken);
        emulator.SetBehaviourForTag("run-", "stuck:accepted");
        var functions = await LocalFunctionsHost.StartAsync(
            new LocalFunctionsHostOptions
            {
                FunctionAssemblies = [typeof(DurableServices).Assembly],
                ContentRoot = data.FullName,
                DataDirectory = Path.Combine(data.FullName, "hub"),
                StorageConnectionString = storage.ConnectionString,
                Storage = storage,
                Port = 0,
                Settings = new Dictionary<string, string?>
                {
                    ["ComputeHorde:FacilitatorUrl"] = emulator.BaseAddress.AbsoluteUri,
                    ["ComputeHorde:ValidatorHotkey"] = emulator.ValidatorHotkey,
                    ["ComputeHorde:HotkeySecret"] = "//Alice",
                    ["ComputeHorde:CreateFenceSeconds"] = "0",
                    ["ComputeHorde:MaxStartsPerMinute"] = "1000000",
                    ["ComputeHordePollSchedule"] = Never,
                    ["ComputeHordeSweepSchedule"] = Never,
                    ["AzureWebJobs.JobSpecEvent.Disabled"] = "true",
                    [StorageAccounts.Data] = storage.ConnectionString,
                },
                ConfigureLogging = static logging => logging.ClearProviders(),
                Configure = builder =>
                {
                    builder.Services.AddComputeHordeDurable(builder.Configuration);
                    builder.Services.Configure<BlobClientOptions>(blobs => blobs.Transport = storage.Transport);
                },
            },
            cancellationToken
        );
        return new PageHost(data, storage, emulator, functions);
    }

    /// <summary>Starts runs until there are so many, and waits until their jobs are bought.</summary>
    public async Task FillAsync(int runs, CancellationToken cancellationToken)
    {
        await Parallel.ForEachAsync(
            Enumerable.Range(_started, runs - _started),
            new ParallelOptions { MaxDegreeOfParallelism = StartsAtOnce, CancellationToken = cancellationToken },
            async (number, token) =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "jobs") { Content = JsonContent.Create(Job()) };
                request.Headers.Add("Idempotency-Key", NameOf(number));
                using var answer = await Http.SendAsync(request, token);
                answer.EnsureSuccessStatusCode();
            }
        );
        _started = runs;
        while (_emulator.Counters.Creates < runs)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _functions.DisposeAsync();
        await _emulator.DisposeAsync();
        await _storage.DisposeAsync();
        _data.Delete(recursive: true);
    }

    private static JsonObject Job() =>
        new()
        {
            ["executor_class"] = "always_on.test",
            ["docker_image"] = "computehorde/sha256:latest",
            ["args"] = new JsonArray("benchmark"),
            ["labels"] = new JsonObject { ["team"] = "red", ["night"] = "2026-11-28" },
            ["download_time_limit_sec"] = 10,
            ["execution_time_limit_sec"] = 900,
            ["upload_time_limit_sec"] = 10,
            ["policy"] = new JsonObject { ["lost_after_seconds"] = 3600 },
        };
}

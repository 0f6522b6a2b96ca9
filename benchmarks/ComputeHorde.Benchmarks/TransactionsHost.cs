using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ComputeHorde.Durable;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.DurableTask.RealEngine;
using ComputeHorde.Emulator;
using ComputeHorde.Functions.Local;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Benchmarks;

/// <summary>The functions on the engine that Azure runs, over Azurite, with the settings that Azure has.</summary>
internal sealed class TransactionsHost : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    private readonly Azurite _azurite;
    private readonly FacilitatorEmulator _emulator;
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("transactions-benchmark");
    private LocalFunctionsHost _functions = null!;
    private HttpClient _http = null!;

    private TransactionsHost(Azurite azurite, FacilitatorEmulator emulator)
    {
        (_azurite, _emulator) = (azurite, emulator);
        var storage = new StorageOperations(azurite.ConnectionString, RealHub.Name);
        Counter = new RequestCounter(
            (address, method) =>
                storage.Describe(address, method)
                ?? (address.Port == emulator.BaseAddress.Port ? $"facilitator {method} {Route(address)}" : null)
        );
    }

    public RequestCounter Counter { get; }

    public static async Task<TransactionsHost> StartAsync(CancellationToken cancellationToken) =>
        new(await Azurite.StartAsync(), await FacilitatorEmulator.StartAsync(static horde => horde.Speed = 1, cancellationToken));

    /// <summary>Starts the functions.</summary>
    /// <param name="pollSeconds">How often jobs are asked about.</param>
    public async Task StartFunctionsAsync(int pollSeconds, CancellationToken cancellationToken)
    {
        await StopFunctionsAsync();
        _functions = await LocalFunctionsHost.StartAsync(
            new LocalFunctionsHostOptions
            {
                FunctionAssemblies = [typeof(DurableServices).Assembly],
                ContentRoot = FindRoot(),
                DataDirectory = _data.FullName,
                StorageConnectionString = _azurite.ConnectionString,
                Port = 0,
                Settings = new Dictionary<string, string?>
                {
                    ["ComputeHorde:FacilitatorUrl"] = _emulator.BaseAddress.AbsoluteUri,
                    ["ComputeHorde:ValidatorHotkey"] = _emulator.ValidatorHotkey,
                    ["ComputeHorde:HotkeySecret"] = "//Alice",
                    ["ComputeHorde:MaxStartsPerMinute"] = "1000000",
                    ["ComputeHordePollSchedule"] = $"*/{pollSeconds} * * * * *",
                    ["ComputeHorde:PollIntervalSeconds"] = $"{pollSeconds}",
                    ["ComputeHordeSweepSchedule"] = "0 */10 * * * *",
                    ["AzureWebJobs.JobSpecPolled.Disabled"] = "true",
                    ["AzureWebJobs.JobSpecEvent.Disabled"] = "true",
                    [StorageAccounts.Data] = _azurite.ConnectionString,
                },
                ConfigureLogging = static logging => logging.ClearProviders(),
                Configure = static builder => builder.Services.AddComputeHordeDurable(builder.Configuration),
                ConfigureServices = services => services.AddRealEngine(_azurite.ConnectionString, asOnAzure: true),
            },
            cancellationToken
        );
        _http = new HttpClient { BaseAddress = new Uri(_functions.BaseAddress, "/api/"), Timeout = TimeSpan.FromMinutes(1) };
    }

    public async Task PostAsync(string path, string name, JsonNode body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", name);
        using var answer = await _http.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Waits until orchestrations have completed; looking is not counted.</summary>
    public async Task EndOfAsync(IEnumerable<string> instances, CancellationToken cancellationToken)
    {
        using var uncounted = Counter.Uncounted();
        var client = _functions.Services.GetRequiredService<DurableTaskClient>();
        foreach (var instance in instances)
        {
            while (await client.GetInstanceAsync(instance, cancellationToken) is not { IsCompleted: true })
            {
                await Task.Delay(Look, TimeProvider.System, cancellationToken);
            }
        }
    }

    /// <summary>What the history of an orchestration holds.</summary>
    public async Task<(int Rows, int Turns, int Activities)> HistoryAsync(string instance)
    {
        using var uncounted = Counter.Uncounted();
        return await _functions.Services.GetRequiredService<RealHub>().CountAsync(instance);
    }

    public async ValueTask DisposeAsync()
    {
        await StopFunctionsAsync();
        Counter.Dispose();
        await _emulator.DisposeAsync();
        await _azurite.DisposeAsync();
        _data.Delete(recursive: true);
    }

    private async Task StopFunctionsAsync()
    {
        if (_functions is not null)
        {
            _http.Dispose();
            await _functions.DisposeAsync();
        }
    }

    /// <summary>The path without what names one thing.</summary>
    private static string Route(Uri address) =>
        string.Join('/', address.AbsolutePath.Split('/').Select(static segment => Guid.TryParse(segment, out _) ? "{id}" : segment));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ComputeHorde.Durable.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No ComputeHorde.Durable.sln above {AppContext.BaseDirectory}: host.json was not found.");
    }
}

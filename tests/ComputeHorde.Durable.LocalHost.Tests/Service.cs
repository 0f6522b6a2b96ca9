using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComputeHorde.Emulator;
using ComputeHorde.Functions.Local;

namespace ComputeHorde.Durable.LocalHost.Tests;

/// <summary>
/// <c>serve</c> as a process that can be killed, with its storage in it, as a user runs it. The emulator survives it and bears witness. A
/// test of storage that goes away by itself has an Azurite.
/// </summary>
internal sealed class Service : IAsyncDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("computehorde-test-");
    private readonly HttpClient _http;
    private readonly Uri _facilitator;
    private readonly string _validatorHotkey;
    private readonly int _port = FreePort.Take();

    private Service(AzuriteServer? azurite, FacilitatorEmulator? horde, Uri facilitator, string validatorHotkey)
    {
        Azurite = azurite;
        Horde = horde!;
        (_facilitator, _validatorHotkey) = (facilitator, validatorHotkey);
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_port}/api/"), Timeout = TimeSpan.FromMinutes(5) };
    }

    public AzuriteServer? Azurite { get; set; }

    /// <summary>The connection string of the storage: good while the process runs.</summary>
    public string Storage => Azurite?.ConnectionString ?? File.ReadAllText(Path.Combine(_data.FullName, "storage", "connection-string"));

    public FacilitatorEmulator Horde { get; set; }

    public string DataFolder => _data.FullName;

    public HostProcess? Process { get; private set; }

    /// <summary>Settings of the process, beside those that every one has.</summary>
    public Dictionary<string, string?> Settings { get; } =
        new() { ["ComputeHorde__HotkeySecret"] = "//Alice", ["ComputeHorde__CreateFenceSeconds"] = "1" };

    /// <summary>How often a job was found by its tag by a process that did not know that it had been bought.</summary>
    public int FoundByTag { get; private set; }

    public static async Task<Service> CreateAsync(Action<FacilitatorEmulatorOptions> configure, AzuriteOptions? azurite = null)
    {
        var storage = azurite is null ? null : await AzuriteServer.StartAsync(azurite, TestContext.Current.CancellationToken);
        var horde = await FacilitatorEmulator.StartAsync(configure, TestContext.Current.CancellationToken);
        return new Service(storage, horde, horde.BaseAddress, horde.ValidatorHotkey);
    }

    /// <summary>Beside a facilitator that the test has elsewhere.</summary>
    public static Service Beside(Uri facilitator, string validatorHotkey) => new(azurite: null, horde: null, facilitator, validatorHotkey);

    public async Task StartAsync()
    {
        Process = HostProcess.Start(
            [
                "serve",
                "--follow-stdin",
                "--port",
                $"{_port}",
                "--data",
                _data.FullName,
                "--facilitator-url",
                _facilitator.AbsoluteUri,
                "--validator-hotkey",
                _validatorHotkey,
                "--poll-interval",
                "0.2",
                .. Azurite is null ? Array.Empty<string>() : ["--storage", Azurite.ConnectionString],
            ],
            Settings
        );
        await Process.ReadyAsync();
    }

    public async Task KillAsync()
    {
        await Process!.KillAsync();
        FoundByTag += Process.Errors.Count(static line => line.Contains("found by its tag", StringComparison.Ordinal));
        await Process.DisposeAsync();
        Process = null;
    }

    /// <summary>Stops as a service manager does; the program has to end by itself, with success.</summary>
    public async Task TerminateAsync()
    {
        await Process!.TerminateAsync();
        Assert.Equal(0, Process.ExitCode);
        FoundByTag += Process.Errors.Count(static line => line.Contains("found by its tag", StringComparison.Ordinal));
        await Process.DisposeAsync();
        Process = null;
    }

    /// <summary>Posts a job, or a batch, under its name.</summary>
    public async Task<HttpStatusCode> PostAsync(string id, JsonNode job, string path = "jobs")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(job) };
        request.Headers.Add("Idempotency-Key", id);
        using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    public async Task<JsonObject> GetAsync(string path) =>
        (await _http.GetFromJsonAsync<JsonObject>(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken))!;

    public Task<string> GetTextAsync(string path) =>
        _http.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

    /// <summary>Waits until a run, or a batch, has ended, and gives it.</summary>
    public async Task<JsonObject> EndOfAsync(string id, string path = "jobs", double withinSeconds = 300)
    {
        JsonObject? run = null;
        try
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    run = await GetAsync($"{path}/{id}");
                    return run.ContainsKey("outcome") || run.ContainsKey("summary") || run.ContainsKey("error");
                },
                $"run {id} ended",
                withinSeconds
            );
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException(
                $"{exception.Message}; it is {run}; the facilitator counted {JsonSerializer.Serialize(Horde?.Counters)}; the service said last: {string.Join(Environment.NewLine, Process!.Errors.TakeLast(40))}",
                exception
            );
        }

        return run!;
    }

    /// <summary>Waits until the check of a run has ended, and gives its verdict.</summary>
    public async Task<string> VerdictOfAsync(string id, double withinSeconds = 300)
    {
        string? verdict = null;
        await Eventually.TrueAsync(
            async () =>
            {
                verdict = (string?)(await GetAsync($"jobs/{id}"))["check"]?["verdict"];
                return verdict is not null and not "pending";
            },
            $"the check of {id} ended",
            withinSeconds
        );
        return verdict!;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (Process is not null)
        {
            await Process.DisposeAsync();
        }

        if (Horde is not null)
        {
            await Horde.DisposeAsync();
        }

        if (Azurite is not null)
        {
            await Azurite.DisposeAsync();
        }

        _data.Delete(recursive: true);
    }

    /// <summary>
    /// Jobs four times as fast as real ones, whose executors try an upload again for longer than a restart takes: storage is killed with
    /// the program, and their real pauses of 1 and 2 seconds are too short on a busy machine.
    /// </summary>
    public static void PatientUploads(FacilitatorEmulatorOptions horde)
    {
        const double slower = 8,
            faster = 4 * slower;
        horde.Speed = 1 / slower;
        var durations = horde.StageDurations;
        durations.Received /= faster;
        durations.Accepted /= faster;
        durations.ExecutorReady /= faster;
        durations.Volumes /= faster;
        durations.Execution /= faster;
        durations.Upload /= faster;
    }

    /// <summary>A small job that hashes its arguments and uploads a report.</summary>
    public static JsonObject Job(string word) =>
        new()
        {
            ["executor_class"] = "always_on.test",
            ["docker_image"] = "computehorde/sha256:latest",
            ["args"] = new JsonArray(word),
            ["artifacts_dir"] = "/artifacts",
            ["outputs"] = new JsonArray("/output/report.txt"),
            ["download_time_limit_sec"] = 10,
            ["execution_time_limit_sec"] = 10,
            ["upload_time_limit_sec"] = 10,
        };
}

using System.Net.Http.Json;
using System.Text.Json;
using ComputeHorde.Emulator;

namespace ComputeHorde.Durable.LocalHost.Tests;

/// <summary>The facilitator's emulator as a process that can be killed; its jobs are kept in a file.</summary>
internal sealed class HordeProcess : IAsyncDisposable
{
    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new();
    private readonly int _port = FreePort.Take();
    private HostProcess? _process;

    public Uri Address => new($"http://127.0.0.1:{_port}/");

    public string ValidatorHotkey { get; private set; } = "";

    public static async Task<HordeProcess> StartAsync()
    {
        var horde = new HordeProcess();
        await horde.StartAgainAsync();
        return horde;
    }

    public async Task StartAgainAsync()
    {
        _process = HostProcess.Start([
            "emulator",
            "--follow-stdin",
            "--port",
            $"{_port}",
            "--speed",
            "1",
            "--data",
            Path.Combine(_folder.Path, "horde.db"),
        ]);
        string? line = null;
        await Eventually.TrueAsync(
            () =>
                (line = _process.Output.FirstOrDefault(static text => text.StartsWith("Validator", StringComparison.Ordinal))) is not null,
            "the emulator listens"
        );
        ValidatorHotkey = line!.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
    }

    public async Task KillAsync()
    {
        await _process!.KillAsync();
        await _process.DisposeAsync();
    }

    public async Task<EmulatorCounters> CountersAsync() =>
        (
            await _http.GetFromJsonAsync<EmulatorCounters>(
                new Uri(Address, "emulator/counters"),
                SnakeCase,
                TestContext.Current.CancellationToken
            )
        )!;

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process!.DisposeAsync();
        _folder.Dispose();
    }
}

using ComputeHorde.Emulator;
using ComputeHorde.Functions.Local;

namespace ComputeHorde.Durable.Azure.Tests.Worker;

/// <summary>The built app in a process of its own, with a storage account and a ComputeHorde.</summary>
public sealed class WorkerFixture : IAsyncLifetime
{
    private AzuriteServer _storage = null!;
    private FacilitatorEmulator _horde = null!;

    internal WorkerHost Host { get; private set; } = null!;

    public string Storage => _storage.ConnectionString;

    /// <summary>What the app needs, and no more: storage of the data is that of the host.</summary>
    public IReadOnlyDictionary<string, string?> Settings =>
        new Dictionary<string, string?>
        {
            ["AzureWebJobsStorage"] = _storage.ConnectionString,
            ["ComputeHorde__FacilitatorUrl"] = _horde.BaseAddress.AbsoluteUri,
            ["ComputeHorde__ValidatorHotkey"] = _horde.ValidatorHotkey,
            ["ComputeHorde__HotkeySecret"] = "//Alice",
        };

    public async ValueTask InitializeAsync()
    {
        _storage = await AzuriteServer.StartAsync(new AzuriteOptions(), TestContext.Current.CancellationToken);
        _horde = await FacilitatorEmulator.StartAsync(static options => options.Port = 0, TestContext.Current.CancellationToken);
        Host = await WorkerHost.StartAsync(WorkerApp.Folder, Settings);
    }

    public async ValueTask DisposeAsync()
    {
        if (Host is not null)
        {
            await Host.DisposeAsync();
        }

        await _horde.DisposeAsync();
        await _storage.DisposeAsync();
    }
}

using ComputeHorde.Sdk;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ComputeHorde.Samples;

/// <summary>The client in a host: options checked at start, one shared login, the key from wherever it is kept.</summary>
public static class Hosting
{
    public static async Task<int> RunAsync()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton<ISigner, VaultSigner>();
        builder.Services.AddComputeHorde(options =>
        {
            options.ValidatorHotkey = builder.Configuration["COMPUTEHORDE_VALIDATOR_HOTKEY"];
            options.RequestTimeout = TimeSpan.FromSeconds(20);
        });
        using var host = builder.Build();
        await host.StartAsync();
        var client = host.Services.GetRequiredService<ComputeHordeClient>();
        await Console.Out.WriteLineAsync($"Ready as {client.Hotkey}");
        await host.StopAsync();
        return 0;
    }

    /// <summary>Stands for a signer over a vault or an HSM: only the address and the signing operation are needed.</summary>
    private sealed class VaultSigner : ISigner, IDisposable
    {
        private readonly KeyPairSigner _vault = Wallet.FromUri("//Alice");

        public string Hotkey => _vault.Hotkey;

        public ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default) =>
            _vault.SignAsync(message, cancellationToken);

        public void Dispose() => _vault.Dispose();
    }
}

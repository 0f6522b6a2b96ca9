using Azure.Storage.Blobs;
using ComputeHorde.Sdk;
using Microsoft.Extensions.Hosting;

namespace ComputeHorde.Durable.Hosting;

/// <summary>Makes what the first run would need at the start of the host, so that a missing wallet or a bad setting stops it there.</summary>
/// <param name="signer">The hotkey.</param>
/// <param name="client">The facilitator, with its validated options.</param>
/// <param name="storage">The storage account.</param>
internal sealed class StartChecks(ISigner signer, ComputeHordeClient client, BlobServiceClient storage) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = (signer, client, storage);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

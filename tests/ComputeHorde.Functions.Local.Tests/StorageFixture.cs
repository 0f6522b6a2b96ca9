using Azure.Storage.Blobs;
using Azure.Storage.Queues;

[assembly: AssemblyFixture(typeof(ComputeHorde.Functions.Local.Tests.StorageFixture))]

namespace ComputeHorde.Functions.Local.Tests;

/// <summary>One Azurite for all tests; each test uses queues and containers of its own.</summary>
public sealed class StorageFixture : IAsyncLifetime
{
    private AzuriteServer? _azurite;

    public StorageFixture()
    {
    }

    /// <summary>Clients for an Azurite that a test runs itself.</summary>
    internal StorageFixture(AzuriteServer azurite) => _azurite = azurite;

    public AzuriteServer Azurite => _azurite!;

    public string ConnectionString => Azurite.ConnectionString;

    public async ValueTask InitializeAsync() => _azurite ??= await AzuriteServer.StartAsync();

    public QueueClient Queue(string name) => new(ConnectionString, name);

    public BlobContainerClient Container(string name) => new(ConnectionString, name);

    public async Task SendAsync(string queue, string body)
    {
        await Queue(queue).CreateIfNotExistsAsync();
        await Queue(queue).SendMessageAsync(body);
    }

    public async ValueTask DisposeAsync()
    {
        if (_azurite is not null)
            await _azurite.DisposeAsync();
    }
}

using System.Text;
using System.Text.Json.Nodes;
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

    /// <summary>What the queue of poison blobs, which all tests share, tells of containers.</summary>
    public async Task<IReadOnlyList<(JsonObject Note, bool IsBase64)>> PoisonBlobsAsync(string containerPrefix, int count)
    {
        var queue = Queue("webjobs-blobtrigger-poison");
        List<(JsonObject, bool)> notes = [];
        await Eventually.TrueAsync(
            async () =>
            {
                notes.Clear();
                var bodies = await queue.ExistsAsync() ? (await queue.PeekMessagesAsync(32)).Value.Select(message => message.Body.ToString()) : [];
                foreach (var body in bodies)
                {
                    var isBase64 = !body.StartsWith('{');
                    var note = JsonNode.Parse(isBase64 ? Encoding.UTF8.GetString(Convert.FromBase64String(body)) : body)!.AsObject();
                    if ($"{note["ContainerName"]}".StartsWith(containerPrefix, StringComparison.Ordinal))
                    {
                        notes.Add((note, isBase64));
                    }
                }

                return notes.Count >= count;
            },
            $"{count} blobs are noted as poison");
        return notes;
    }

    public async ValueTask DisposeAsync()
    {
        if (_azurite is not null)
        {
            await _azurite.DisposeAsync();
        }
    }
}

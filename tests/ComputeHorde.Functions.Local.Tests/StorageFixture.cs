using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using ComputeHorde.Storage.Local;

[assembly: AssemblyFixture(typeof(ComputeHorde.Functions.Local.Tests.StorageFixture))]

namespace ComputeHorde.Functions.Local.Tests;

/// <summary>One storage in memory for all tests that need blobs and queues; each test uses some of its own.</summary>
public sealed class StorageFixture : IAsyncLifetime
{
    private LocalStorage? _storage;

    public StorageFixture() { }

    /// <summary>Clients for an Azurite that a test runs itself.</summary>
    internal StorageFixture(AzuriteServer azurite) => ConnectionString = azurite.ConnectionString;

    public string ConnectionString { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        _storage = await LocalStorage.StartAsync(new LocalStorageOptions());
        ConnectionString = _storage.ConnectionString;
    }

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
                var bodies = await queue.ExistsAsync()
                    ? (await queue.PeekMessagesAsync(32)).Value.Select(message => message.Body.ToString())
                    : [];
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
            $"{count} blobs are noted as poison"
        );
        return notes;
    }

    public async ValueTask DisposeAsync()
    {
        if (_storage is not null)
        {
            await _storage.DisposeAsync();
        }
    }
}

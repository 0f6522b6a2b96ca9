using Azure.Core;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;

namespace ComputeHorde.Storage.Local.Tests;

/// <summary>SDK clients that do not try again: what the storage answers is what the test sees.</summary>
internal static class Clients
{
    public static BlobServiceClient Blobs(this LocalStorage storage) =>
        new(storage.ConnectionString, Once(new BlobClientOptions { Transport = storage.Transport }));

    public static QueueServiceClient Queues(this LocalStorage storage) =>
        new(storage.ConnectionString, Once(new QueueClientOptions { Transport = storage.Transport }));

    public static BlobServiceClient BlobsOverHttp(string connectionString) => new(connectionString, Once(new BlobClientOptions()));

    public static QueueServiceClient QueuesOverHttp(string connectionString) => new(connectionString, Once(new QueueClientOptions()));

    public static async Task<BlobContainerClient> NewContainerAsync(this LocalStorage storage, string name = "box")
    {
        var container = storage.Blobs().GetBlobContainerClient(name);
        await container.CreateIfNotExistsAsync();
        return container;
    }

    private static T Once<T>(T options)
        where T : ClientOptions
    {
        options.Retry.MaxRetries = 0;
        return options;
    }
}

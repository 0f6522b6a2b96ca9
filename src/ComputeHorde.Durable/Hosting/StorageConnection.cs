using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;
using ComputeHorde.Durable.Storage;
using Microsoft.Extensions.Configuration;

namespace ComputeHorde.Durable.Hosting;

/// <summary>
/// The storage account, found as every Azure Functions extension finds it: <c>AzureWebJobsStorage</c> as a connection string, or as an identity
/// connection with <c>AzureWebJobsStorage__accountName</c> or <c>AzureWebJobsStorage__blobServiceUri</c>.
/// </summary>
internal static class StorageConnection
{
    private const string Name = "AzureWebJobsStorage";

    public static BlobServiceClient CreateClient(IConfiguration configuration, Outages outages)
    {
        var options = new BlobClientOptions
        {
            Retry =
            {
                Mode = RetryMode.Exponential,
                MaxRetries = 3,
                Delay = TimeSpan.FromMilliseconds(200),
                MaxDelay = TimeSpan.FromSeconds(2),
                NetworkTimeout = TimeSpan.FromSeconds(30),
            },
            Diagnostics = { IsLoggingContentEnabled = false, IsLoggingEnabled = false },
        };
        options.AddPolicy(new StorageOutages(outages), HttpPipelinePosition.PerCall);
        if (configuration[Name] is { Length: > 0 } connectionString)
        {
            return new BlobServiceClient(connectionString, options);
        }

        var identity = configuration.GetSection(Name);
        var uri = identity["blobServiceUri"] is { Length: > 0 } given
            ? new Uri(given)
            : identity["accountName"] is { Length: > 0 } account
                ? new Uri($"https://{account}.blob.core.windows.net")
                : throw new InvalidOperationException($"Set {Name} to a connection string, or {Name}__accountName or {Name}__blobServiceUri for an identity connection.");
        return new BlobServiceClient(uri, Credential(identity["clientId"]), options);
    }

    private static DefaultAzureCredential Credential(string? clientId) => new DefaultAzureCredential(new DefaultAzureCredentialOptions
    {
        ManagedIdentityClientId = string.IsNullOrEmpty(clientId) ? null : clientId,
    });
}

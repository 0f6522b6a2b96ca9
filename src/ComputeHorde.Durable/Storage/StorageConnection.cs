using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;
using ComputeHorde.Durable.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Storage;

/// <summary>
/// The account of the functions' data, found as every Azure Functions extension finds one: <c>ComputeHordeStorage</c> as a connection string, or as an
/// identity connection with <c>ComputeHordeStorage__accountName</c> or <c>ComputeHordeStorage__blobServiceUri</c>. Without these, the account of
/// the Functions host serves both: <c>AzureWebJobsStorage</c>, in the same forms. A host may change the client's options, its transport say, with
/// <c>services.Configure&lt;BlobClientOptions&gt;(…)</c>.
/// </summary>
internal static class StorageConnection
{
    /// <summary>The connection of the data.</summary>
    public const string Name = "ComputeHordeStorage";

    private const string HostName = "AzureWebJobsStorage";

    public static BlobServiceClient CreateClient(
        IConfiguration configuration, Outages outages, IEnumerable<IConfigureOptions<BlobClientOptions>> configure)
    {
        var options = new BlobClientOptions
        {
            // A blob may be called "/a.json": it is that one, and not "a.json".
            TrimBlobNameSlashes = false,
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
        foreach (var change in configure)
        {
            change.Configure(options);
        }

        var name = configuration.GetSection(Name).Exists() ? Name : HostName;
        if (configuration[name] is { Length: > 0 } connectionString)
        {
            return new BlobServiceClient(connectionString, options);
        }

        var identity = configuration.GetSection(name);
        var uri = identity["blobServiceUri"] is { Length: > 0 } given
            ? new Uri(given)
            : identity["accountName"] is { Length: > 0 } account
                ? new Uri($"https://{account}.blob.core.windows.net")
                : throw new InvalidOperationException($"Set {name} to a connection string, or {name}__accountName or {name}__blobServiceUri for an identity connection.");
        return new BlobServiceClient(uri, Credential(identity["clientId"]), options);
    }

    private static DefaultAzureCredential Credential(string? clientId) => new DefaultAzureCredential(new DefaultAzureCredentialOptions
    {
        ManagedIdentityClientId = string.IsNullOrEmpty(clientId) ? null : clientId,
    });
}

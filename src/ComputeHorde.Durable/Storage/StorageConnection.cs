using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using ComputeHorde.Durable.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Storage;

/// <summary>
/// The account of the data, found as every Azure Functions extension finds one: the setting is a connection string, or the head of an
/// identity connection (<c>__accountName</c>, or <c>__blobServiceUri</c> and <c>__queueServiceUri</c>). A host may change the clients'
/// options, their transport say, with <c>services.Configure&lt;BlobClientOptions&gt;(…)</c>.
/// </summary>
internal static class StorageConnection
{
    public static BlobServiceClient CreateBlobs(
        IConfiguration configuration,
        Outages outages,
        IEnumerable<IConfigureOptions<BlobClientOptions>> configure
    )
    {
        // A blob may be called "/a.json": it is that one, and not "a.json".
        var options = Patient(new BlobClientOptions { TrimBlobNameSlashes = false }, outages, configure);
        var name = NameOf(configuration);
        return configuration[name] is { Length: > 0 } connectionString
            ? new BlobServiceClient(connectionString, options)
            : new BlobServiceClient(
                ServiceUri(configuration.GetSection(name), "blob"),
                Credential(configuration.GetSection(name)),
                options
            );
    }

    public static QueueServiceClient CreateQueues(
        IConfiguration configuration,
        Outages outages,
        IEnumerable<IConfigureOptions<QueueClientOptions>> configure
    )
    {
        var options = Patient(new QueueClientOptions(), outages, configure);
        var name = NameOf(configuration);
        return configuration[name] is { Length: > 0 } connectionString
            ? new QueueServiceClient(connectionString, options)
            : new QueueServiceClient(
                ServiceUri(configuration.GetSection(name), "queue"),
                Credential(configuration.GetSection(name)),
                options
            );
    }

    private static string NameOf(IConfiguration configuration) =>
        StorageAccounts.IsApart(configuration) ? StorageAccounts.Data : StorageAccounts.Host;

    private static T Patient<T>(T options, Outages outages, IEnumerable<IConfigureOptions<T>> configure)
        where T : ClientOptions
    {
        options.Retry.Mode = RetryMode.Exponential;
        options.Retry.MaxRetries = 3;
        options.Retry.Delay = TimeSpan.FromMilliseconds(200);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(2);
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(30);
        options.Diagnostics.IsLoggingContentEnabled = false;
        options.Diagnostics.IsLoggingEnabled = false;
        options.AddPolicy(new StorageOutages(outages), HttpPipelinePosition.PerCall);
        foreach (var change in configure)
        {
            change.Configure(options);
        }

        return options;
    }

    private static Uri ServiceUri(IConfigurationSection identity, string service) =>
        identity[$"{service}ServiceUri"] is { Length: > 0 } given ? new Uri(given)
        : identity["accountName"] is { Length: > 0 } account ? new Uri($"https://{account}.{service}.core.windows.net")
        : throw new InvalidOperationException(
            $"Set {identity.Path} to a connection string, or {identity.Path}__accountName or {identity.Path}__{service}ServiceUri for an identity connection."
        );

    private static DefaultAzureCredential Credential(IConfigurationSection identity) =>
        new(
            new DefaultAzureCredentialOptions
            {
                ManagedIdentityClientId = identity["clientId"] is { Length: > 0 } clientId ? clientId : null,
            }
        );
}

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
internal sealed class StorageConnection(IConfiguration configuration) : IValidateOptions<DurableOptions>
{
    private const string Forms = "use a connection string with an account key, or an identity connection (__accountName)";

    /// <summary>The setting that is used; of two with the same value the one that users know.</summary>
    public string Name { get; } =
        StorageAccounts.IsApart(configuration)
        && (
            SettingText.Find(configuration, StorageAccounts.Data) is not { } own
            || own != SettingText.Find(configuration, StorageAccounts.Host)
        )
            ? StorageAccounts.Data
            : StorageAccounts.Host;

    private string? ConnectionString => SettingText.Find(configuration, Name);

    private IConfigurationSection Identity => configuration.GetSection(Name);

    /// <exception cref="OptionsValidationException">The connection is none; names the setting.</exception>
    public BlobServiceClient CreateBlobs(Outages outages, IEnumerable<IConfigureOptions<BlobClientOptions>> configure) =>
        // A blob may be called "/a.json": it is that one, and not "a.json".
        OpenBlobs(Patient(new BlobClientOptions { TrimBlobNameSlashes = false }, outages, configure));

    /// <exception cref="OptionsValidationException">The connection is none; names the setting.</exception>
    public QueueServiceClient CreateQueues(Outages outages, IEnumerable<IConfigureOptions<QueueClientOptions>> configure) =>
        OpenQueues(Patient(new QueueClientOptions(), outages, configure));

    /// <summary>Refuses a connection that could not do its work later, as far as that is known before it is used.</summary>
    public ValidateOptionsResult Validate(string? name, DurableOptions options)
    {
        try
        {
            if (FaultOf(OpenBlobs(new BlobClientOptions()), options.OutputStore) is { } fault)
            {
                return ValidateOptionsResult.Fail(fault);
            }

            _ = OpenQueues(new QueueClientOptions());
            return ValidateOptionsResult.Success;
        }
        catch (OptionsValidationException exception)
        {
            return ValidateOptionsResult.Fail(exception.Failures);
        }
    }

    private string? FaultOf(BlobServiceClient blobs, string outputStore) =>
        ConnectionString is null || blobs.CanGenerateAccountSasUri ? null
        : blobs.Uri.Query.Length == 0 ? $"{Name} holds no account key, so nothing can be read or written with it: {Forms}."
        // One signature cannot make others: every job with outputs would be refused an hour later.
        : !OutputStores.IsS3(outputStore)
            ? $"{Name} holds a shared access signature, which cannot sign upload URLs: {Forms}, or ComputeHorde__OutputStore for S3."
        : null;

    private BlobServiceClient OpenBlobs(BlobClientOptions options) =>
        Open(
            "blob",
            text => new BlobServiceClient(text, options),
            (address, identity) => new BlobServiceClient(address, identity, options)
        );

    private QueueServiceClient OpenQueues(QueueClientOptions options) =>
        Open(
            "queue",
            text => new QueueServiceClient(text, options) is { Uri: not null } client ? client : throw new FormatException(),
            (address, identity) => new QueueServiceClient(address, identity, options)
        );

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

    private static OptionsValidationException Fault(string text) => new(Options.DefaultName, typeof(DurableOptions), [text]);

    private T Open<T>(string service, Func<string, T> open, Func<Uri, DefaultAzureCredential, T> openAs)
    {
        try
        {
            return ConnectionString is { } text ? open(text) : openAs(ServiceUri(service), Credential());
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            // No message of theirs: it may repeat a part of the connection string.
            throw Fault($"{Name} is no connection to the {service}s of a storage account: {Forms}.");
        }
    }

    private Uri ServiceUri(string service) =>
        SettingText.Find(Identity, $"{service}ServiceUri") is { } given ? new Uri(given)
        : SettingText.Find(Identity, "accountName") is { } account ? new Uri($"https://{account}.{service}.core.windows.net")
        : throw Fault(
            $"Set {Name} to a connection string, or {Name}__accountName or {Name}__{service}ServiceUri for an identity connection."
        );

    private DefaultAzureCredential Credential() =>
        new(new DefaultAzureCredentialOptions { ManagedIdentityClientId = SettingText.Find(Identity, "clientId") });
}

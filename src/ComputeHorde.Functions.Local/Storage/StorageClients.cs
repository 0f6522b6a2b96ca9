using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Azure.Core;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using ComputeHorde.Functions.Local.Settings;
using ComputeHorde.Storage.Local;

namespace ComputeHorde.Functions.Local.Storage;

/// <summary>
/// The storage clients of bindings, one per connection: short time-outs and few retries, because listeners come back anyway.
/// </summary>
internal sealed partial class StorageClients(SettingResolver settings, LocalStorage? local = null)
{
    public const int LongestQueueName = 63;

    /// <summary>The longest wait for a single network operation.</summary>
    private static readonly TimeSpan NetworkTimeout = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, BlobServiceClient> _blobs = new();
    private readonly ConcurrentDictionary<string, QueueServiceClient> _queues = new();

    /// <summary>Replaces <c>%name%</c>.</summary>
    public string Resolve(string text, string place) => settings.Resolve(text, place);

    /// <summary>Replaces <c>%name%</c> in the name of a queue, which is the one in small letters whatever is written.</summary>
    /// <exception cref="LocalFunctionsException">It is not the name of a queue.</exception>
    public string QueueName(string text, string place)
    {
        var name = Resolve(text, place).ToLowerInvariant();
        return name.Length is >= 3 and <= LongestQueueName && QueueNamePattern().IsMatch(name)
            ? name
            : throw new LocalFunctionsException(
                $"{place}: '{name}' is not the name of a queue: write 3 to {LongestQueueName} letters and digits, with single dashes between them."
            );
    }

    /// <exception cref="LocalFunctionsException">The connection is not set or not a connection string.</exception>
    public BlobServiceClient Blobs(string? connection, string place) =>
        Client(
            _blobs,
            connection,
            place,
            text => new BlobServiceClient(text, For(text, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2023_01_03)))
        );

    /// <exception cref="LocalFunctionsException">The connection is not set or not a connection string.</exception>
    public QueueServiceClient Queues(string? connection, string place) =>
        Client(
            _queues,
            connection,
            place,
            text => new QueueServiceClient(text, For(text, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None }))
        );

    /// <summary>The storage in this process, if the connection leads there.</summary>
    /// <exception cref="LocalFunctionsException">The connection is not set.</exception>
    public LocalStorage? Local(string? connection, string place) => IsLocal(settings.Connection(connection, place)) ? local : null;

    private bool IsLocal(string text) => local?.ConnectionString == text;

    private T Client<T>(ConcurrentDictionary<string, T> clients, string? connection, string place, Func<string, T> create)
    {
        var text = settings.Connection(connection, place);
        try
        {
            return clients.GetOrAdd(text, create);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            // The text itself holds a key: it stays out of the message.
            throw new LocalFunctionsException(
                $"{place}: setting '{connection ?? "AzureWebJobsStorage"}' is not a storage connection string.",
                exception
            );
        }
    }

    private T For<T>(string text, T options)
        where T : ClientOptions
    {
        if (IsLocal(text))
        {
            options.Transport = local!.Transport;
        }

        options.Retry.Mode = RetryMode.Exponential;
        options.Retry.MaxRetries = 2;
        options.Retry.Delay = TimeSpan.FromMilliseconds(100);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(1);
        options.Retry.NetworkTimeout = NetworkTimeout;
        options.Diagnostics.IsLoggingEnabled = false;
        return options;
    }

    [GeneratedRegex(
        "^[a-z0-9]+(-[a-z0-9]+)*$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex QueueNamePattern();
}

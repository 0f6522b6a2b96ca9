using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Functions.Local.Settings;

/// <summary>What a local host takes from host.json, with the defaults of Azure Functions.</summary>
internal sealed record HostJson
{
    /// <summary>
    /// Settings of the Azure host about its own telemetry: on one machine there is nothing to set, and nothing to warn of.
    /// </summary>
    private static readonly string[] OnlyForAzure =
    [
        "telemetryMode",
        "logging:applicationInsights",
        "extensions:durableTask:tracing",
        "extensions:durableTask:storageProvider",
    ];

    private const string SettingsSection = "AzureFunctionsJobHost";
    private const string LogLevelSection = "logging:logLevel";

    public HttpSettings Http { get; private init; } = new();

    /// <summary>Null means without limit.</summary>
    public TimeSpan? FunctionTimeout { get; private init; } = TimeSpan.FromMinutes(30);

    public QueueSettings Queues { get; private init; } = new();

    public BlobSettings Blobs { get; private init; } = new();

    public DurableSettings Durable { get; private init; } = new();

    /// <summary>The only functions to run; all when empty.</summary>
    public IReadOnlyCollection<string> Functions { get; private init; } = [];

    public IReadOnlyCollection<KeyValuePair<string, string?>> LogLevels { get; private init; } = [];

    /// <summary>Keys of the file that a local host does not act on.</summary>
    public IReadOnlyList<string> IgnoredKeys { get; private init; } = [];

    /// <param name="contentRoot">The file's directory.</param>
    /// <param name="configuration">Settings, of which those named <c>AzureFunctionsJobHost__key__key</c> win over the file.</param>
    /// <exception cref="LocalFunctionsException">The file cannot be read, or a value is out of its range.</exception>
    public static HostJson Load(string contentRoot, IConfiguration configuration)
    {
        return From(JsonSettings.Load(Path.Combine(contentRoot, "host.json")), configuration);
    }

    /// <summary>Takes what it needs from the file.</summary>
    public static HostJson From(JsonSettings file, IConfiguration configuration)
    {
        if (!file.IsEmpty && file.Text("version") is var version and not "2.0")
        {
            throw file.Invalid("version", $"must be \"2.0\", but is {(version is null ? "missing" : $"'{version}'")}");
        }

        foreach (var (key, value) in configuration.GetSection(SettingsSection).AsEnumerable(makePathsRelative: true))
        {
            if (value is not null && key.Length > 0)
            {
                file.Replace(key, value, $"{SettingsSection}__{key.Replace(":", "__", StringComparison.Ordinal)}");
            }
        }

        foreach (var key in OnlyForAzure)
        {
            file.Disregard(key);
        }

        var defaults = new HostJson();
        return defaults with
        {
            Http = HttpSettings.From(file),
            FunctionTimeout =
                file.Text("functionTimeout") == "-1"
                    ? null
                    : file.Span("functionTimeout", defaults.FunctionTimeout!.Value, TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(10)),
            Queues = QueueSettings.From(file),
            Blobs = BlobSettings.From(file),
            Durable = DurableSettings.From(file),
            Functions = [.. file.Items("functions")],
            LogLevels = file.Below(LogLevelSection)
                .Select(pair => new KeyValuePair<string, string?>(
                    pair.Key,
                    file.OneOf($"{LogLevelSection}:{pair.Key}", nameof(LogLevel.Information), Enum.GetNames<LogLevel>())
                ))
                .ToArray(),
            IgnoredKeys = file.Unused(),
        };
    }
}

/// <summary>host.json, extensions.http.</summary>
internal sealed record HttpSettings
{
    public string RoutePrefix { get; private init; } = "api";

    public int MaxConcurrentRequests { get; private init; } = int.MaxValue;

    /// <summary>Running and waiting requests together.</summary>
    public int MaxOutstandingRequests { get; private init; } = int.MaxValue;

    public static HttpSettings From(JsonSettings file)
    {
        const string Prefix = "extensions:http:";
        return new HttpSettings
        {
            RoutePrefix = (file.Text(Prefix + "routePrefix") ?? new HttpSettings().RoutePrefix).Trim('/'),
            MaxConcurrentRequests = Limit(file, Prefix + "maxConcurrentRequests"),
            MaxOutstandingRequests = Limit(file, Prefix + "maxOutstandingRequests"),
        };
    }

    /// <summary>-1 stands for no limit.</summary>
    private static int Limit(JsonSettings file, string key) =>
        file.Integer(key, -1, -1, int.MaxValue) is var limit and > 0 ? limit : int.MaxValue;
}

/// <summary>host.json, extensions.queues.</summary>
internal sealed record QueueSettings
{
    public TimeSpan MaxPollingInterval { get; private init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a message whose function failed waits for its next attempt.</summary>
    public TimeSpan VisibilityTimeout { get; private init; } = TimeSpan.Zero;

    public int BatchSize { get; private init; } = 16;

    public int MaxDequeueCount { get; private init; } = 5;

    /// <summary>The next batch is fetched when no more messages than this are being worked on.</summary>
    public int NewBatchThreshold { get; private init; } = 8;

    public bool Base64 { get; private init; } = true;

    public static QueueSettings From(JsonSettings file)
    {
        const string Prefix = "extensions:queues:";
        var defaults = new QueueSettings();
        var batchSize = file.Integer(Prefix + "batchSize", defaults.BatchSize, 1, 32);
        return new QueueSettings
        {
            MaxPollingInterval = file.Span(
                Prefix + "maxPollingInterval",
                defaults.MaxPollingInterval,
                TimeSpan.FromMilliseconds(100),
                TimeSpan.FromDays(1)
            ),
            VisibilityTimeout = file.Span(Prefix + "visibilityTimeout", defaults.VisibilityTimeout, TimeSpan.Zero, TimeSpan.FromDays(7)),
            BatchSize = batchSize,
            MaxDequeueCount = file.Integer(Prefix + "maxDequeueCount", defaults.MaxDequeueCount, 1, int.MaxValue),
            NewBatchThreshold = file.Integer(Prefix + "newBatchThreshold", batchSize / 2, 0, 1000),
            Base64 = file.OneOf(Prefix + "messageEncoding", "base64", "base64", "none") == "base64",
        };
    }
}

/// <summary>host.json, extensions.blobs.</summary>
internal sealed record BlobSettings
{
    public int MaxDegreeOfParallelism { get; private init; } = 8 * Environment.ProcessorCount;

    public int PoisonBlobThreshold { get; private init; } = 5;

    public static BlobSettings From(JsonSettings file)
    {
        var defaults = new BlobSettings();
        return new BlobSettings
        {
            MaxDegreeOfParallelism = file.Integer("extensions:blobs:maxDegreeOfParallelism", defaults.MaxDegreeOfParallelism, 1, 1000),
            PoisonBlobThreshold = file.Integer("extensions:blobs:poisonBlobThreshold", defaults.PoisonBlobThreshold, 1, int.MaxValue),
        };
    }
}

/// <summary>host.json, extensions.durableTask.</summary>
internal sealed record DurableSettings
{
    public string HubName { get; private init; } = "TaskHub";

    /// <summary>Null leaves the choice to the engine.</summary>
    public int? MaxConcurrentActivityFunctions { get; private init; }

    /// <summary>Null leaves the choice to the engine.</summary>
    public int? MaxConcurrentOrchestratorFunctions { get; private init; }

    /// <summary>Whether raising an event to an instance that does not run, or that does not exist, fails.</summary>
    public bool ThrowStatusExceptionsOnRaiseEvent { get; private init; } = true;

    /// <summary>Whether starting an instance with the id of a live one fails; else the live one gives way.</summary>
    public bool LiveInstancesKeepTheirId { get; private init; } = true;

    /// <summary>Which versions of orchestrations run; null when no default version is set.</summary>
    public DurableTaskWorkerOptions.VersioningOptions? Versioning { get; private init; }

    public static DurableSettings From(JsonSettings file)
    {
        const string Prefix = "extensions:durableTask:";
        var hubName = file.Text(Prefix + "hubName") ?? new DurableSettings().HubName;
        if (hubName.Length is < 3 or > 45 || !char.IsAsciiLetter(hubName[0]) || !hubName.All(char.IsAsciiLetterOrDigit))
        {
            throw file.Invalid(Prefix + "hubName", $"must be 3 to 45 letters and digits that start with a letter, but is '{hubName}'");
        }

        return new DurableSettings
        {
            HubName = hubName,
            MaxConcurrentActivityFunctions = Optional(file, Prefix + "maxConcurrentActivityFunctions"),
            MaxConcurrentOrchestratorFunctions = Optional(file, Prefix + "maxConcurrentOrchestratorFunctions"),
            ThrowStatusExceptionsOnRaiseEvent = file.Flag(Prefix + "throwStatusExceptionsOnRaiseEvent", true),
            LiveInstancesKeepTheirId =
                file.OneOf(Prefix + "overridableExistingInstanceStates", "NonRunningStates", "NonRunningStates", "AnyState")
                == "NonRunningStates",
            Versioning = VersioningFrom(file, Prefix),
        };
    }

    private static DurableTaskWorkerOptions.VersioningOptions? VersioningFrom(JsonSettings file, string prefix)
    {
        var version = file.Text(prefix + "defaultVersion");
        var match = file.OneOf(
            prefix + "versionMatchStrategy",
            "CurrentOrOlder",
            Enum.GetNames<DurableTaskWorkerOptions.VersionMatchStrategy>()
        );
        var failure = file.OneOf(
            prefix + "versionFailureStrategy",
            "Reject",
            Enum.GetNames<DurableTaskWorkerOptions.VersionFailureStrategy>()
        );
        return string.IsNullOrEmpty(version)
            ? null
            : new DurableTaskWorkerOptions.VersioningOptions
            {
                Version = version,
                DefaultVersion = version,
                MatchStrategy = Enum.Parse<DurableTaskWorkerOptions.VersionMatchStrategy>(match, ignoreCase: true),
                FailureStrategy = Enum.Parse<DurableTaskWorkerOptions.VersionFailureStrategy>(failure, ignoreCase: true),
            };
    }

    private static int? Optional(JsonSettings file, string key) => file.Integer(key, 0, 1, 100_000) is var value and > 0 ? value : null;
}

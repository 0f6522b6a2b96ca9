using System.Net;
using System.Text.Json;
using Azure.Core.Serialization;
using ComputeHorde.Functions.Local.Durable;
using ComputeHorde.Functions.Local.Http;
using ComputeHorde.Functions.Local.Settings;
using ComputeHorde.Functions.Local.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Functions.Local;

/// <summary>The web application under a functions application: settings, services, Kestrel on loopback.</summary>
internal static class FunctionsWebHost
{
    public const int DefaultPort = 7071;

    private const long DefaultBodyLimit = 100 * 1024 * 1024;

    /// <summary>What a stop may take beside the drain.</summary>
    private static readonly TimeSpan StopReserve = TimeSpan.FromSeconds(10);

    public static WebApplicationBuilder CreateBuilder(
        LocalFunctionsHostOptions options,
        IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware
    )
    {
        var contentRoot = Path.GetFullPath(options.ContentRoot);
        if (!Directory.Exists(contentRoot))
        {
            throw new LocalFunctionsException($"The directory {contentRoot} does not exist: give the one that holds host.json.");
        }

        var localSettings = LocalSettingsJson.Load(contentRoot);
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions
            {
                Args = ["--hostBuilder:reloadConfigOnChange=false"],
                ContentRootPath = contentRoot,
                EnvironmentName = Environment.GetEnvironmentVariable("AZURE_FUNCTIONS_ENVIRONMENT") ?? Environments.Development,
            }
        );
        AddSettings(builder.Configuration, options, localSettings);
        var hostJson = HostJson.Load(contentRoot, builder.Configuration);
        AddBelow(
            builder.Configuration,
            hostJson.LogLevels.Select(pair => new KeyValuePair<string, string?>("Logging:LogLevel:" + pair.Key, pair.Value))
        );
        AddLogging(builder.Logging, options);
        var setup = new FunctionsSetup(
            options,
            hostJson,
            OpenDataDirectory(options),
            [
                .. hostJson.IgnoredKeys.Select(key => "host.json " + key),
                .. localSettings.IgnoredKeys.Select(key => "local.settings.json " + key),
            ],
            middleware
        );
        AddServices(builder.Services, setup);
        builder.WebHost.ConfigureKestrel(
            (context, kestrel) =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxRequestBodySize = BodyLimit(context.Configuration);
                kestrel.Listen(IPAddress.Loopback, options.Port ?? localSettings.LocalHttpPort ?? DefaultPort);
            }
        );
        return builder;
    }

    public static WebApplication Build(WebApplicationBuilder builder)
    {
        var application = builder.Build();
        // First: the runtime below makes things that would stumble over the first wrong option, and hide the others.
        application.Services.GetService<IStartupValidator>()?.Validate();
        LocalCallers.Require(application);
        application.Services.GetRequiredService<FunctionsRuntime>().MapHttp(application);
        return application;
    }

    public static Uri ApiAddress(Uri host, HostJson hostJson) =>
        hostJson.Http.RoutePrefix is { Length: > 0 } prefix ? new Uri(host, prefix + "/") : host;

    private static void AddSettings(ConfigurationManager configuration, LocalFunctionsHostOptions options, LocalSettingsJson localSettings)
    {
        // The environment wins over the file, as it does under func; what the program gives wins over both.
        AddBelow(configuration, localSettings.Values);
        var given = options.Settings.ToDictionary(pair => LocalSettingsJson.ConfigurationKey(pair.Key), pair => pair.Value);
        if ((options.Storage?.ConnectionString ?? options.StorageConnectionString) is { } storage)
        {
            given["AzureWebJobsStorage"] = storage;
        }

        configuration.AddInMemoryCollection(given);
    }

    /// <summary>Adds settings that all others win over.</summary>
    private static void AddBelow(ConfigurationManager configuration, IEnumerable<KeyValuePair<string, string?>> settings) =>
        ((IConfigurationBuilder)configuration).Sources.Insert(
            0,
            new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource { InitialData = settings }
        );

    private static void AddLogging(ILoggingBuilder logging, LocalFunctionsHostOptions options)
    {
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);

        // A host that does not start says why in the exception it throws; the same with a stack trace would drown that line.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        if (options.ConfigureLogging is not { } configure)
        {
            return;
        }

        logging.ClearProviders();
        configure(logging);
    }

    private static void AddServices(IServiceCollection services, FunctionsSetup setup)
    {
        services.AddSingleton(setup);
        services.AddMvcCore();
        services.AddProblemDetails();
        services.AddHealthChecks().AddCheck<DataDirectoryCheck>(DataDirectoryCheck.Name);
        services.Configure<JsonSerializerOptions>(json => json.PropertyNameCaseInsensitive = true);
        services
            .AddOptions<WorkerOptions>()
            .PostConfigure<IOptions<JsonSerializerOptions>>((worker, json) => worker.Serializer ??= new JsonObjectSerializer(json.Value));
        DurableFunctions.AddTo(services, setup);

        // Kestrel must not cut requests off before the drain does.
        services
            .AddOptions<HostOptions>()
            .PostConfigure(host =>
                host.ShutdownTimeout = TimeSpan.FromTicks(
                    Math.Max(host.ShutdownTimeout.Ticks, (setup.Options.DrainTimeout + StopReserve).Ticks)
                )
            );

        // After the worker of the task hub: hosted services stop in the reverse order, and functions use the hub.
        services.AddSingleton<FunctionsRuntime>();
        services.AddHostedService(provider => provider.GetRequiredService<FunctionsRuntime>());
    }

    /// <summary>The setting that also limits bodies in Azure, in bytes.</summary>
    private static long BodyLimit(IConfiguration configuration)
    {
        const string Name = "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT";
        return configuration[Name] is not { } text ? DefaultBodyLimit
            : long.TryParse(text, out var limit) && limit > 0 ? limit
            : throw new LocalFunctionsException($"Setting {Name} must be a number of bytes above 0, but is '{text}'.");
    }

    /// <summary>The directory of the SQLite files, proven to be writable; null when everything stays in memory.</summary>
    private static string? OpenDataDirectory(LocalFunctionsHostOptions options)
    {
        if (options.InMemory)
        {
            return null;
        }

        var directory = Path.GetFullPath(options.DataDirectory ?? Path.Combine(options.ContentRoot, ".durable"));
        try
        {
            Directory.CreateDirectory(directory);
            using var probe = new FileStream(
                Path.Combine(directory, $".probe-{Guid.NewGuid():N}"),
                FileMode.CreateNew,
                FileAccess.Write,
                FileShare.None,
                1,
                FileOptions.DeleteOnClose
            );
            return directory;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LocalFunctionsException(
                $"The data directory {directory} cannot be written to: correct its permissions, or give another one.",
                exception
            );
        }
    }
}

/// <summary>What the functions runtime needs to know from before the application was built.</summary>
/// <param name="Options">What the program said.</param>
/// <param name="HostJson">What host.json says.</param>
/// <param name="DataDirectory">The directory of the SQLite files; null when everything stays in memory.</param>
/// <param name="IgnoredKeys">Keys of the settings files that a local host does not act on.</param>
/// <param name="Middleware">The steps around every invocation, the outermost first.</param>
internal sealed record FunctionsSetup(
    LocalFunctionsHostOptions Options,
    HostJson HostJson,
    string? DataDirectory,
    IReadOnlyList<string> IgnoredKeys,
    IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> Middleware
);

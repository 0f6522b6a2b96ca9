using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComputeHorde.Storage.Local;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Functions.Local.Tests;

/// <summary>Starts a functions host with some of this assembly's functions, a directory of its own, and its log in memory.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly TempDirectory _directory;

    private TestHost(LocalFunctionsHost host, TestLog log, TempDirectory directory)
    {
        _directory = directory;
        Host = host;
        Log = log;
        Http = new HttpClient { BaseAddress = host.BaseAddress };
    }

    public LocalFunctionsHost Host { get; }

    public TestLog Log { get; }

    public HttpClient Http { get; }

    public static async Task<TestHost> StartAsync(string storage, string[] functions, Action<TestHostSetup>? change = null)
    {
        var directory = new TempDirectory();
        try
        {
            var setup = new TestHostSetup(directory);
            setup.HostJson("""{ "version": "2.0" }""");
            change?.Invoke(setup);
            return await StartAsync(storage, functions, setup);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Host.DisposeAsync();
        _directory.Dispose();
    }

    private static async Task<TestHost> StartAsync(string storage, string[] functions, TestHostSetup setup)
    {
        var settings = new Dictionary<string, string?>(setup.Settings);
        foreach (var function in FunctionDescriptor.DiscoverIn(Assembly.GetExecutingAssembly()))
        {
            settings[$"AzureWebJobs.{function.Name}.Disabled"] = functions.Contains(function.Name) ? "false" : "true";
        }

        var log = new TestLog();
        var host = await LocalFunctionsHost.StartAsync(
            new LocalFunctionsHostOptions
            {
                FunctionAssemblies = [Assembly.GetExecutingAssembly()],
                ContentRoot = setup.Directory.Path,
                DataDirectory = setup.DataDirectory,
                InMemory = setup.DataDirectory is null,
                StorageConnectionString = storage,
                Storage = setup.Storage,
                Settings = settings,
                Port = 0,
                TimeProvider = setup.TimeProvider,
                DrainTimeout = setup.DrainTimeout,
                QueueLockDuration = setup.QueueLockDuration,
                Configure = setup.Configure,
                ConfigureServices = services =>
                {
                    services.AddSingleton(setup.Recorder);
                    setup.ConfigureServices?.Invoke(services);
                },
                ConfigureLogging = logging => logging.AddProvider(log).SetMinimumLevel(LogLevel.Debug),
            }
        );
        return new TestHost(host, log, setup.Directory);
    }
}

/// <summary>What a test changes about its host.</summary>
internal sealed class TestHostSetup(TempDirectory directory)
{
    public TempDirectory Directory => directory;

    public string? DataDirectory { get; set; }

    /// <summary>A storage in the process, used instead of the other one.</summary>
    public LocalStorage? Storage { get; set; }

    public Dictionary<string, string?> Settings { get; } = [];

    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(10);

    public TimeSpan QueueLockDuration { get; set; } = TimeSpan.FromSeconds(30);

    public Recorder Recorder { get; set; } = new();

    public Action<LocalFunctionsApplicationBuilder>? Configure { get; set; }

    public Action<IServiceCollection>? ConfigureServices { get; set; }

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Messages are plain text unless the test says otherwise.</summary>
    public void HostJson(string json)
    {
        if (
            JsonNode.Parse(json.TrimStart('\uFEFF'), documentOptions: Lenient) is JsonObject settings
            && settings["extensions"] is null or JsonObject
        )
        {
            var extensions = settings["extensions"] ??= new JsonObject();
            if (extensions["queues"] is null or JsonObject && (extensions["queues"] ??= new JsonObject())["messageEncoding"] is null)
            {
                extensions["queues"]!["messageEncoding"] = "none";
            }

            json = (json.StartsWith('\uFEFF') ? "\uFEFF" : "") + settings.ToJsonString();
        }

        File.WriteAllText(System.IO.Path.Combine(Directory.Path, "host.json"), json);
    }
}

/// <summary>What functions under test were called with.</summary>
internal sealed class Recorder
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<object?>> _calls = new();

    /// <summary>What a function under test does beside recording; the test sets it.</summary>
    public Func<string, CancellationToken, Task> Behaviour { get; set; } = (_, _) => Task.CompletedTask;

    public Task RecordAsync(string function, object? value, CancellationToken cancellation = default)
    {
        _calls.GetOrAdd(function, _ => []).Enqueue(value);
        return Behaviour(function, cancellation);
    }

    public object?[] Calls(string function) => _calls.TryGetValue(function, out var calls) ? [.. calls] : [];
}

/// <summary>The log in memory.</summary>
internal sealed class TestLog : ILoggerProvider
{
    private readonly ConcurrentQueue<(LogLevel Level, string Category, string Message, Exception? Exception)> _entries = new();

    /// <summary>What was said, but for the web server's, which complains of a busy machine.</summary>
    public IEnumerable<string> Messages(LogLevel minimum = LogLevel.Debug) =>
        _entries
            .Where(entry =>
                entry.Level >= minimum && !entry.Category.StartsWith("Microsoft.AspNetCore.Server.Kestrel", StringComparison.Ordinal)
            )
            .Select(entry => entry.Message);

    public override string ToString() =>
        string.Join('\n', _entries.Select(entry => $"{entry.Level} {entry.Category}: {entry.Message} {entry.Exception}"));

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose() { }

    private sealed class Logger(TestLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => log._entries.Enqueue((logLevel, category, formatter(state, exception), exception));
    }
}

/// <summary>A directory that goes away.</summary>
internal sealed class TempDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("functions-").FullName;

    /// <summary>Makes it data of an Azurite that has had ports which nobody else gets.</summary>
    public void GivePorts() =>
        File.WriteAllText(
            System.IO.Path.Combine(Path, "azurite.ports.json"),
            $$"""{ "Blob": {{FreePort.Take()}}, "Queue": {{FreePort.Take()}}, "Table": {{FreePort.Take()}} }"""
        );

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

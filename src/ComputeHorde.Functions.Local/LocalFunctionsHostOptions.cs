using System.Reflection;
using ComputeHorde.Storage.Local;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Functions.Local;

/// <summary>How a local functions host is set up.</summary>
public sealed class LocalFunctionsHostOptions
{
    /// <summary>The assemblies whose <c>[Function]</c> methods are run.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<Assembly> FunctionAssemblies { get; init; } = [];

    /// <summary>The directory of host.json and local.settings.json; either may be missing.</summary>
    /// <value>Default the current directory.</value>
    public string ContentRoot { get; init; } = Directory.GetCurrentDirectory();

    /// <summary>Settings that win over the environment and local.settings.json; <c>__</c> separates sections.</summary>
    /// <value>Default none.</value>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>The connection string of the storage account, as setting <c>AzureWebJobsStorage</c>.</summary>
    /// <value>Default null: taken from the settings.</value>
    public string? StorageConnectionString { get; init; }

    /// <summary>A storage in this process, used instead of <see cref="StorageConnectionString"/>: bindings reach it without a socket, and
    /// its news start blob and queue functions at once.</summary>
    /// <value>Default null: an account elsewhere, which is polled.</value>
    public LocalStorage? Storage { get; init; }

    /// <summary>The directory of the task hub's and the host's own SQLite files; made if missing.</summary>
    /// <value>Default <c>.durable</c> in the content root.</value>
    public string? DataDirectory { get; init; }

    /// <summary>Keeps the task hub and the host's own state in memory: nothing survives a restart.</summary>
    /// <value>Default false.</value>
    public bool InMemory { get; init; }

    /// <summary>The loopback port of the HTTP functions; 0 takes a free one.</summary>
    /// <value>Default null: <c>Host.LocalHttpPort</c> of local.settings.json, or 7071.</value>
    public int? Port { get; init; }

    /// <summary>
    /// The key that callers of HTTP functions have to send, in header <c>x-functions-key</c> or as <c>?code=</c>, unless a function is
    /// anonymous.
    /// </summary>
    /// <value>Default null: keys are not checked, as under <c>func start</c>.</value>
    public string? FunctionKey { get; init; }

    /// <summary>The clock of orchestrations and timer functions. Polling and function time-outs keep the real clock.</summary>
    /// <value>Default the system's clock.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>How long running functions may take to end when the host stops, before they are cancelled.</summary>
    /// <value>Default 10 seconds.</value>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Changes the application before it is built, as its Program.cs does in Azure.</summary>
    public Action<LocalFunctionsApplicationBuilder>? Configure { get; init; }

    /// <summary>Adds services, after <see cref="Configure"/>.</summary>
    public Action<IServiceCollection>? ConfigureServices { get; init; }

    /// <summary>Sets up logging instead of the console.</summary>
    /// <value>Default null: the console.</value>
    public Action<ILoggingBuilder>? ConfigureLogging { get; init; }

    /// <summary>
    /// How long a queue message is locked before its lock is renewed or lost. A message whose process died comes back after it.
    /// </summary>
    /// <value>Default 30 seconds.</value>
    public TimeSpan QueueLockDuration { get; init; } = TimeSpan.FromSeconds(30);
}

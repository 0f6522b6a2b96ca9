using ComputeHorde.DurableTask.Sqlite;
using ComputeHorde.Functions.Local.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Functions.Local;

/// <summary>Runs the functions of some assemblies on this machine: HTTP on Kestrel, queues and blobs of a storage in this process or
/// elsewhere, timers, and durable functions on SQLite. Blob triggers poll, unless storage tells them its news; receipts of handled blobs,
/// timer statuses, and which messages a stop cut off (which counts as no failed attempt) are kept in <c>host.db</c>, orchestrations in the
/// task hub's file beside it. Queues and containers of triggers are made if missing. Function keys are not checked, as under <c>func
/// start</c>.</summary>
public sealed class LocalFunctionsHost : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly FunctionsRuntime _runtime;

    private LocalFunctionsHost(WebApplication application)
    {
        _application = application;
        _runtime = application.Services.GetRequiredService<FunctionsRuntime>();
        BaseAddress = new Uri(
            application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()
        );
    }

    /// <summary>Where the HTTP functions are, without the route prefix: <c>http://127.0.0.1:port</c>.</summary>
    public Uri BaseAddress { get; }

    /// <summary>Where the HTTP functions' own routes begin: <see cref="BaseAddress"/> and host.json's <c>routePrefix</c>, with a slash at
    /// its end.</summary>
    public Uri ApiAddress => FunctionsWebHost.ApiAddress(BaseAddress, Services.GetRequiredService<FunctionsSetup>().HostJson);

    /// <summary>The client of the task hub, as <c>[DurableClient]</c> gives it to functions.</summary>
    public DurableTaskClient Client => _runtime.Client;

    /// <summary>The task hub: its histories can be exported and counted.</summary>
    public SqliteTaskHub TaskHub => Services.GetRequiredService<SqliteTaskHub>();

    /// <summary>The application's services.</summary>
    public IServiceProvider Services => _application.Services;

    /// <summary>The functions that run.</summary>
    public IReadOnlyList<FunctionDescriptor> Functions => [.. _runtime.Functions.Select(function => function.Descriptor)];

    /// <summary>Where a host's functions begin by its settings, for programs that call it.</summary>
    /// <param name="contentRoot">The directory of host.json and local.settings.json.</param>
    /// <param name="configuration">
    /// Settings that win over host.json, as <c>AzureFunctionsJobHost__extensions__http__routePrefix</c>.
    /// </param>
    /// <returns>The <see cref="ApiAddress"/> of a host that was started without a port of its own.</returns>
    /// <exception cref="LocalFunctionsException">A settings file is wrong.</exception>
    public static Uri FindApiAddress(string contentRoot, IConfiguration configuration) =>
        FunctionsWebHost.ApiAddress(
            new Uri($"http://127.0.0.1:{LocalSettingsJson.Load(contentRoot).LocalHttpPort ?? FunctionsWebHost.DefaultPort}/"),
            HostJson.Load(contentRoot, configuration)
        );

    /// <summary>Starts a host. It listens when the task has ended.</summary>
    /// <param name="options">How it is set up.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <returns>The running host.</returns>
    /// <exception cref="LocalFunctionsException">A settings file or setting is wrong, a function is declared wrongly, the port is taken, or
    /// the data directory cannot be used.</exception>
    public static async Task<LocalFunctionsHost> StartAsync(LocalFunctionsHostOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var builder = new LocalFunctionsApplicationBuilder(options);
        var hasBegun = false;
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(new StartNotice(() => hasBegun = true)));
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        options.Configure?.Invoke(builder);
        options.ConfigureServices?.Invoke(builder.Services);
        var application = builder.Build();
        try
        {
            await application.StartAsync(cancellation);
            var host = new LocalFunctionsHost(application);
            application
                .Services.GetRequiredService<ILoggerFactory>()
                .CreateLogger("Function")
                .Started(
                    host._runtime.Functions.Count,
                    host.BaseAddress.ToString(),
                    string.Join(", ", host._runtime.Functions.Select(function => function.Name))
                );
            return host;
        }
        catch (Exception exception)
        {
            // What has started already, as the task hub, stops in order: activities that it took up are not failed but left for the next
            // start.
            // Before the first of them a host cannot be stopped.
            if (hasBegun)
            {
                await application.StopAsync(CancellationToken.None);
            }

            await application.DisposeAsync();
            if (Explain(exception) is { } explained)
            {
                throw explained;
            }

            throw;
        }
    }

    /// <summary>Stops: nothing new is begun, running functions end within the drain time-out or are cancelled, unfinished
    /// orchestrations go on at the next start.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>A task that ends when the host has stopped.</returns>
    public Task StopAsync(CancellationToken cancellation = default) => _application.StopAsync(cancellation);

    /// <summary>Stops the host if it still runs, and frees what it holds.</summary>
    /// <returns>A task that ends when all is freed.</returns>
    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
    }

    private static LocalFunctionsException? Explain(Exception exception) =>
        exception switch
        {
            IOException { InnerException: AddressInUseException } => new(
                $"{exception.Message} Choose another port, or 0 for a free one.",
                exception
            ),
            DurableStoreException => new(exception.Message, exception),
            _ => null,
        };

    /// <summary>Tells that the host begins to start its services.</summary>
    private sealed class StartNotice(Action begun) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            begun();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

using ComputeHorde.DurableTask.Sqlite.Engine;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeHorde.DurableTask.Sqlite;

/// <summary>Runs the orchestrators and activities of a registry, without Azure Functions around them.</summary>
public sealed class LocalTaskHost : IAsyncDisposable
{
    private readonly ServiceProvider? _ownServices;

    private LocalTaskHost(LocalTaskHub hub, IServiceProvider services, ServiceProvider? own) =>
        (Hub, Services, _ownServices) = (hub, services, own);

    /// <summary>Starts and steers instances.</summary>
    public DurableTaskClient Client => Hub.Client;

    /// <summary>The services of orchestrators and activities.</summary>
    public IServiceProvider Services { get; }

    /// <summary>The engine.</summary>
    public LocalTaskHub Hub { get; }

    /// <summary>Starts a host.</summary>
    /// <param name="registry">Adds the orchestrators and activities.</param>
    /// <param name="options">Settings; by default everything is kept in memory and time is real.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The running host.</returns>
    /// <exception cref="DurableStoreException">The database is in use, damaged, foreign or of another version.</exception>
    public static async Task<LocalTaskHost> StartAsync(
        Action<DurableTaskRegistry> registry, LocalTaskHostOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(registry);
        options ??= new LocalTaskHostOptions();
        var tasks = new DurableTaskRegistry();
        registry(tasks);
        var own = options.Services is null ? BuildServices(options) : null;
        var services = options.Services ?? own!;
        var hub = new LocalTaskHub(tasks, options, services);
        var host = new LocalTaskHost(hub, services, own);
        try
        {
            await hub.StartAsync(cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops as <see cref="LocalTaskHub.StopAsync"/> does.</summary>
    /// <returns>The moment from which everything is closed.</returns>
    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        if (_ownServices is not null)
        {
            await _ownServices.DisposeAsync();
        }
    }

    private static ServiceProvider BuildServices(LocalTaskHostOptions options)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(options.TimeProvider);
        if (options.LoggerFactory is { } loggers)
        {
            services.AddSingleton(loggers);
        }

        options.ConfigureServices?.Invoke(services);
        return services.BuildServiceProvider();
    }
}

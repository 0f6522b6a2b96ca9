using ComputeHorde.DurableTask.Sqlite.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.DurableTask.Sqlite.Tests;

/// <summary>A worker and a client on one hub, registered as an application does.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private TestHost(ServiceProvider services)
    {
        _services = services;
        (Client, Hub) = (services.GetRequiredService<DurableTaskClient>(), services.GetRequiredService<SqliteTaskHub>());
    }

    public DurableTaskClient Client { get; }

    public SqliteTaskHub Hub { get; }

    public IServiceProvider Services => _services;

    public static async Task<TestHost> StartAsync(
        Action<DurableTaskRegistry> registry,
        TestHostOptions? options = null,
        IDurableStore? store = null
    )
    {
        options ??= new TestHostOptions();
        var services = new ServiceCollection();
        services.AddLogging();
        if (options.LoggerFactory is { } loggers)
        {
            services.AddSingleton(loggers);
        }

        services.AddDurableTaskWorker(worker =>
            worker.AddTasks(registry).Configure(o => options.ConfigureWorker?.Invoke(o)).UseSqlite(options.Apply)
        );
        services.AddDurableTaskClient(client => client.UseSqlite());
        options.ConfigureServices?.Invoke(services);
        var host = new TestHost(services.BuildServiceProvider());
        try
        {
            var hosted = host.Services.GetServices<IHostedService>().ToList();
            if (store is not null)
            {
                await host.Hub.StartAsync(_ => store, CancellationToken.None);
            }

            foreach (var service in hosted)
            {
                await service.StartAsync(CancellationToken.None);
            }

            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}

using Microsoft.DurableTask.Worker;
using Microsoft.DurableTask.Worker.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ComputeHorde.DurableTask.Sqlite;

/// <summary>The worker that <see cref="SqliteDurableTaskExtensions"/> makes the target of a worker's builder.</summary>
internal sealed class SqliteDurableTaskWorker : DurableTaskWorker
{
    private readonly SqliteTaskHub _hub;

    public SqliteDurableTaskWorker(
        string name,
        IDurableTaskFactory factory,
        TaskHubs hubs,
        IOptionsMonitor<SqliteTaskHubOptions> hubOptions,
        IOptionsMonitor<DurableTaskWorkerOptions> options,
        IServiceProvider services
    )
        : base(name, factory)
    {
        _hub = hubs.Get(name);
        var settings = options.Get(name);
#pragma warning disable CS0618 // The filter is experimental, and part of the worker's options all the same.
        var worker = new TaskHubWorker(new VersionedTasks(factory), settings)
        {
            Properties = services.GetService<IExceptionPropertiesProvider>(),
            Filter = services.GetService<IOrchestrationFilter>() ?? settings.OrchestrationFilter,
        };
#pragma warning restore CS0618
        _hub.Attach(worker, hubOptions.Get(name));
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await _hub.StartAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await _hub.StopAsync(cancellationToken);
    }

    /// <summary>The threads of the hub do the work.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.CompletedTask;
}

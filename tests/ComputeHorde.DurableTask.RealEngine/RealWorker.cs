using DurableTask.Core;
using Microsoft.DurableTask.Worker;
using Microsoft.DurableTask.Worker.Hosting;
using Microsoft.DurableTask.Worker.Shims;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ComputeHorde.DurableTask.RealEngine;

/// <summary>A worker of the SDK whose tasks the real engine runs.</summary>
internal sealed class RealWorker(
    string name,
    IDurableTaskFactory factory,
    RealHub hub,
    IOptionsMonitor<DurableTaskWorkerOptions> options,
    IServiceProvider services,
    ILoggerFactory loggers
) : DurableTaskWorker(name, factory)
{
    private TaskHubWorker? _worker;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        var settings = options.Get(Name);
        var shims = new DurableTaskShimFactory(settings, loggers);
        await hub.Service.CreateIfNotExistsAsync();
        _worker = new TaskHubWorker(
            hub.Service,
            new Orchestrators(Factory, services, shims, settings.DataConverter),
            new Activities(Factory, services, shims),
            loggerFactory: null
        )
        {
            ErrorPropagationMode = ErrorPropagationMode.UseFailureDetails,
        };
        _worker.AddOrchestrationDispatcherMiddleware(Orchestrators.SetParentAsync);
        await _worker.StartAsync();
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_worker is not null)
        {
            await _worker.StopAsync(isForced: true);
            _worker.Dispose();
        }
    }

    /// <summary>The engine has threads of its own.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.CompletedTask;
}

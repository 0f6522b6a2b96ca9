using ComputeHorde.DurableTask.Sqlite.Engine;
using ComputeHorde.Functions.Local.Invocation;
using ComputeHorde.Functions.Local.Settings;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Functions.Local.Durable;

/// <summary>Hands the orchestrator and activity functions to the durable engine.</summary>
internal sealed class DurableFunctions : IAsyncDisposable
{
    private readonly DurableTaskRegistry _registry = new();

    public DurableFunctions(
        IServiceProvider services, LocalFunctionsHostOptions options, DurableSettings settings, string? databasePath, ILoggerFactory loggers)
    {
        var hubOptions = new LocalTaskHostOptions
        {
            DatabasePath = databasePath,
            TimeProvider = options.TimeProvider,
            DrainTimeout = options.DrainTimeout,
            LoggerFactory = loggers,
            Services = services,
        };
        hubOptions.MaxConcurrentActivities = settings.MaxConcurrentActivityFunctions ?? hubOptions.MaxConcurrentActivities;
        hubOptions.MaxConcurrentOrchestrations = settings.MaxConcurrentOrchestratorFunctions ?? hubOptions.MaxConcurrentOrchestrations;
        Hub = new LocalTaskHub(_registry, hubOptions, services);
    }

    public LocalTaskHub Hub { get; }

    public void Add(RunnableFunction function, FunctionRunner runner)
    {
        switch (function.Descriptor.Trigger.Attribute)
        {
            case OrchestrationTriggerAttribute:
                var orchestrator = new FunctionOrchestrator(function, runner);
                _registry.AddOrchestrator(orchestrator.Name, orchestrator);
                break;
            case ActivityTriggerAttribute:
                var activity = new FunctionActivity(function, runner, () => Hub.Stopping);
                _registry.AddActivity(activity.Name, activity);
                break;
        }
    }

    /// <exception cref="LocalFunctionsException">The task hub's file cannot be opened.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        try
        {
            await Hub.StartAsync(cancellation);
        }
        catch (DurableStoreException exception)
        {
            throw new LocalFunctionsException(exception.Message, exception);
        }
    }

    public Task StopAsync(CancellationToken cancellation) => Hub.StopAsync(cancellation);

    public ValueTask DisposeAsync() => Hub.DisposeAsync();
}

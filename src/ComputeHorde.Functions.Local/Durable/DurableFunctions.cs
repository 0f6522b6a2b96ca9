using ComputeHorde.DurableTask.Sqlite;
using ComputeHorde.Functions.Local.Invocation;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ComputeHorde.Functions.Local.Durable;

/// <summary>The orchestrator and activity functions as tasks of a worker on the SQLite provider, with what host.json says of it.</summary>
internal static class DurableFunctions
{
    public static void AddTo(IServiceCollection services, FunctionsSetup setup)
    {
        services.TryAddSingleton<DataConverter, WorkerDataConverter>();
        services.AddDurableTaskWorker(worker =>
            worker.UseSqlite(hub =>
            {
                hub.Path = setup.DataDirectory is { } directory
                    ? Path.Combine(directory, setup.HostJson.Durable.HubName.ToLowerInvariant() + ".db")
                    : null;
                hub.TimeProvider = setup.Options.TimeProvider;
                hub.DrainTimeout = setup.Options.DrainTimeout;
            })
        );
        services.AddDurableTaskClient(client => client.UseSqlite());
        services.AddOptions<DurableTaskRegistry>().Configure<FunctionsRuntime>(static (registry, runtime) => runtime.AddTasksTo(registry));

        var settings = setup.HostJson.Durable;
        services
            .AddOptions<DurableTaskWorkerOptions>()
            .PostConfigure(worker =>
            {
                var concurrency = worker.Concurrency;
                concurrency.MaximumConcurrentActivityWorkItems =
                    settings.MaxConcurrentActivityFunctions ?? concurrency.MaximumConcurrentActivityWorkItems;
                concurrency.MaximumConcurrentOrchestrationWorkItems =
                    settings.MaxConcurrentOrchestratorFunctions ?? concurrency.MaximumConcurrentOrchestrationWorkItems;
                worker.Versioning ??= settings.Versioning;
            });
        services
            .AddOptions<DurableTaskClientOptions>()
            .PostConfigure(client =>
            {
                if (client.DefaultVersion.Length == 0)
                {
                    client.DefaultVersion = settings.Versioning?.DefaultVersion ?? "";
                }
            });
    }

    public static void Add(DurableTaskRegistry registry, RunnableFunction function, FunctionRunner runner, Func<CancellationToken> stopping)
    {
        switch (function.Descriptor.Trigger.Attribute)
        {
            case OrchestrationTriggerAttribute:
                var orchestrator = new FunctionOrchestrator(function, runner);
                registry.AddOrchestrator(orchestrator.Name, orchestrator);
                break;
            case ActivityTriggerAttribute:
                var activity = new FunctionActivity(function, runner, stopping);
                registry.AddActivity(activity.Name, activity);
                break;
        }
    }
}

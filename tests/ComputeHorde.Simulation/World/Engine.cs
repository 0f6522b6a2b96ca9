using ComputeHorde.DurableTask.Sqlite;
using ComputeHorde.DurableTask.Sqlite.Storage;
using ComputeHorde.Functions.Local.Durable;
using ComputeHorde.Functions.Local.Invocation;
using ComputeHorde.Simulation.Chaos;
using ComputeHorde.Simulation.Seams;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Simulation.World;

/// <summary>One life of the real engine, over a store that survives it. Its orchestrators run in it; its activities on the hosts.</summary>
internal sealed class Engine : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private Engine(Life world, ServiceProvider services)
    {
        (World, _services) = (world, services);
        Hub = services.GetRequiredService<SqliteTaskHub>();
        Client = services.GetRequiredService<DurableTaskClient>();
    }

    public Life World { get; }

    public SqliteTaskHub Hub { get; }

    public DurableTaskClient Client { get; }

    public bool IsDead { get; private set; }

    public static async Task<Engine> StartAsync(Life world, IDurableStore store)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(world.Log));
        services.AddSingleton<TimeProvider>(world.Time);
        Application.AddSerializer(services);
        services.AddDurableTaskWorker(worker =>
            worker.UseSqlite(hub =>
            {
                hub.TimeProvider = world.Time;
                hub.RunsOnPool = true;
                hub.WarmInstances = world.Scenario.WarmInstances;
            })
        );
        services.AddDurableTaskClient(static client => client.UseSqlite());
        services.AddOptions<DurableTaskRegistry>().Configure<IServiceProvider>((registry, provider) => AddTasks(registry, world, provider));
        var built = services.BuildServiceProvider();

        // The worker is made first: a hub that has started takes none.
        var hosted = built.GetServices<IHostedService>().ToList();
        var engine = new Engine(world, built);
        await engine.Hub.StartAsync(_ => new EngineSeam(engine, store), CancellationToken.None);
        foreach (var service in hosted)
        {
            await service.StartAsync(CancellationToken.None);
        }

        return engine;
    }

    /// <summary>Draws what happens to a commit. A back end of its own does not die with the application.</summary>
    public FaultKind Draw(out string call)
    {
        call = "commit";
        return World.Scenario.IsAzure ? FaultKind.None : World.Fate.Draw(Seam.Engine, "commit", out call);
    }

    public void Die()
    {
        IsDead = true;
        Hub.Abandon();
    }

    public async ValueTask DisposeAsync()
    {
        if (!IsDead)
        {
            Die();
        }

        await _services.DisposeAsync();
    }

    private static void AddTasks(DurableTaskRegistry registry, Life world, IServiceProvider services)
    {
        var functions = new ApplicationFunctions(
            world.Application,
            services,
            static () => throw new InvalidOperationException("Orchestrators have no client.")
        );
        foreach (var function in functions.All)
        {
            switch (function.Descriptor.Trigger.Attribute)
            {
                case OrchestrationTriggerAttribute:
                    var orchestrator = new FunctionOrchestrator(function, functions.Runner);
                    registry.AddOrchestrator(orchestrator.Name, orchestrator);
                    break;
                case ActivityTriggerAttribute:
                    var activity = new FunctionActivity(function, functions.Runner, static () => CancellationToken.None);
                    registry.AddActivity(activity.Name, new RoutedActivity(world, activity.Name, activity.InputType));
                    break;
            }
        }
    }
}

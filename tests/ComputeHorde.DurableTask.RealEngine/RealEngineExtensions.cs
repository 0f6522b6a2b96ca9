using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeHorde.DurableTask.RealEngine;

/// <summary>Makes the real engine the provider of an application.</summary>
public static class RealEngineExtensions
{
    /// <summary>Has the application's default worker and client use the real engine, whatever they used before.</summary>
    /// <param name="asOnAzure">Polled and partitioned as the Functions extension does by itself and by our host.json, instead of as fast as
    /// one machine bears.</param>
    public static IServiceCollection AddRealEngine(this IServiceCollection services, string connectionString, bool asOnAzure = false)
    {
        services.AddSingleton(_ => new RealHub(connectionString, asOnAzure));
        services.AddDurableTaskWorker(worker => worker.UseBuildTarget<RealWorker>());
        services.AddDurableTaskClient(client => client.UseBuildTarget<RealClient>());
        return services;
    }
}

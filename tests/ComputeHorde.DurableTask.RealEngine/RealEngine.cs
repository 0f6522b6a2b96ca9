using DurableTask.AzureStorage;
using DurableTask.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.DurableTask.Worker.Shims;

namespace ComputeHorde.DurableTask.RealEngine;

/// <summary>A worker and a client of the real engine over an Azurite of its own, polling as fast as is sensible on one machine.</summary>
public sealed class RealEngine : IAsyncDisposable
{
    private readonly Azurite _azurite;
    private readonly AzureStorageOrchestrationService _service;
    private readonly TaskHubWorker _worker;

    private RealEngine(Azurite azurite, AzureStorageOrchestrationService service, TaskHubWorker worker, DurableTaskClient client) =>
        (_azurite, _service, _worker, Client) = (azurite, service, worker, client);

    public DurableTaskClient Client { get; }

    public static async Task<RealEngine> StartAsync(Action<DurableTaskRegistry> register, DurableTaskWorkerOptions? options = null)
    {
        options ??= new DurableTaskWorkerOptions();
        var registry = new DurableTaskRegistry();
        register(registry);
        var azurite = await Azurite.StartAsync();
        try
        {
            var service = new AzureStorageOrchestrationService(new AzureStorageOrchestrationServiceSettings
            {
                StorageAccountClientProvider = new StorageAccountClientProvider(azurite.ConnectionString),
                TaskHubName = "real",
                PartitionCount = 1,
                UseAppLease = false,
                UseTablePartitionManagement = true,
                LeaseAcquireInterval = TimeSpan.FromSeconds(1),
                MaxQueuePollingInterval = TimeSpan.FromMilliseconds(100),
                MaxConcurrentTaskActivityWorkItems = 100,
                MaxConcurrentTaskOrchestrationWorkItems = 100,
                ThrowExceptionOnInvalidDedupeStatus = true,
            });
            await service.CreateAsync();
            var shims = new DurableTaskShimFactory(options);
            var worker = new TaskHubWorker(service, new Orchestrators(registry, shims), new Activities(registry, shims), loggerFactory: null)
            {
                ErrorPropagationMode = ErrorPropagationMode.UseFailureDetails,
            };
            worker.AddOrchestrationDispatcherMiddleware(Orchestrators.SetParentAsync);
            await worker.StartAsync();
            return new RealEngine(azurite, service, worker, new RealClient(service, options.DataConverter));
        }
        catch
        {
            await azurite.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _worker.StopAsync(isForced: true);
        _worker.Dispose();
        _service.Dispose();
        await _azurite.DisposeAsync();
    }
}

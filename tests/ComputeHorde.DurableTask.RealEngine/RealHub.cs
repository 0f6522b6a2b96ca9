using DurableTask.AzureStorage;

namespace ComputeHorde.DurableTask.RealEngine;

/// <summary>A task hub in a storage account, polled as fast as is sensible on one machine.</summary>
internal sealed class RealHub(string connectionString) : IDisposable
{
    public AzureStorageOrchestrationService Service { get; } = new(new AzureStorageOrchestrationServiceSettings
    {
        StorageAccountClientProvider = new StorageAccountClientProvider(connectionString),
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

    public void Dispose() => Service.Dispose();
}

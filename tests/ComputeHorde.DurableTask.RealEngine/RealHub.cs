using DurableTask.AzureStorage;
using Newtonsoft.Json.Linq;

namespace ComputeHorde.DurableTask.RealEngine;

/// <summary>A task hub in a storage account.</summary>
public sealed class RealHub : IDisposable
{
    /// <summary>What its tables, queues and containers begin with.</summary>
    public const string Name = "real";

    private const int OrchestratorStarted = 12,
        TaskCompleted = 5,
        TaskFailed = 6;

    private static readonly TimeSpan Visibility = TimeSpan.FromMinutes(1);

    internal RealHub(string connectionString, bool asOnAzure)
    {
        var settings = new AzureStorageOrchestrationServiceSettings
        {
            StorageAccountClientProvider = new StorageAccountClientProvider(connectionString),
            TaskHubName = Name,
            UseTablePartitionManagement = true,
            ThrowExceptionOnInvalidDedupeStatus = true,
        };
        Service = new(asOnAzure ? AsOnAzure(settings) : AsFastAsSensible(settings));
    }

    internal AzureStorageOrchestrationService Service { get; }

    /// <summary>Counts what the history of an instance holds.</summary>
    public async Task<(int Rows, int Turns, int Activities)> CountAsync(string instanceId)
    {
        var events = JArray
            .Parse(await Service.GetOrchestrationHistoryAsync(instanceId, executionId: null!))
            .Select(static item => (int)item["EventType"]!)
            .ToList();

        // The table has a row besides that says where the history ends.
        return (
            events.Count + 1,
            events.Count(static type => type == OrchestratorStarted),
            events.Count(static type => type is TaskCompleted or TaskFailed)
        );
    }

    public void Dispose() => Service.Dispose();

    private static AzureStorageOrchestrationServiceSettings AsFastAsSensible(AzureStorageOrchestrationServiceSettings settings)
    {
        settings.PartitionCount = 1;
        settings.UseAppLease = false;
        settings.LeaseAcquireInterval = TimeSpan.FromSeconds(1);
        settings.MaxQueuePollingInterval = TimeSpan.FromMilliseconds(100);
        settings.MaxConcurrentTaskActivityWorkItems = 100;
        settings.MaxConcurrentTaskOrchestrationWorkItems = 100;
        return settings;
    }

    private static AzureStorageOrchestrationServiceSettings AsOnAzure(AzureStorageOrchestrationServiceSettings settings)
    {
        settings.PartitionCount = 4;
        settings.MaxQueuePollingInterval = TimeSpan.FromSeconds(30);
        settings.ControlQueueVisibilityTimeout = Visibility;
        settings.WorkItemQueueVisibilityTimeout = Visibility;
        settings.MaxConcurrentTaskActivityWorkItems = 32;
        settings.MaxConcurrentTaskOrchestrationWorkItems = 32;
        return settings;
    }
}

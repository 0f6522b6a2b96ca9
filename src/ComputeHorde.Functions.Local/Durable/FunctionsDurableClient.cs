using ComputeHorde.DurableTask.Sqlite;
using ComputeHorde.Functions.Local.Settings;
using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;

namespace ComputeHorde.Functions.Local.Durable;

/// <summary>The client that functions get: the task hub's, with what the Durable extension of the Functions host adds. It looks at an
/// instance first, and refuses what does not fit its status with the errors that a worker sees in Azure.</summary>
internal sealed class FunctionsDurableClient(DurableTaskClient hub, DurableSettings settings) : DurableTaskClient(hub.Name)
{
    private static readonly OrchestrationRuntimeStatus[] Live =
    [
        OrchestrationRuntimeStatus.Running,
        OrchestrationRuntimeStatus.Pending,
        OrchestrationRuntimeStatus.Suspended,
    ];

    public override DurableEntityClient Entities => hub.Entities;

    /// <summary>
    /// A live instance keeps its id whatever the caller asks for, unless host.json's <c>overridableExistingInstanceStates</c> says
    /// otherwise.
    /// </summary>
    public override Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName,
        object? input = null,
        StartOrchestrationOptions? options = null,
        CancellationToken cancellation = default
    )
    {
        options ??= new StartOrchestrationOptions();
        var kept = options.DedupeStatuses ?? [];
        var dedupe = settings.LiveInstancesKeepTheirId
            ? [.. kept.Union(Live.Select(status => $"{status}"), StringComparer.OrdinalIgnoreCase)]
            : kept;
        return WriteAsync(
            hub.ScheduleNewOrchestrationInstanceAsync(orchestratorName, input, options with { DedupeStatuses = dedupe }, cancellation)
        );
    }

    public override async Task RaiseEventAsync(
        string instanceId,
        string eventName,
        object? eventPayload = null,
        CancellationToken cancellation = default
    )
    {
        if (settings.ThrowStatusExceptionsOnRaiseEvent)
        {
            var status = await StatusAsync(instanceId, cancellation);
            if (!Live.Contains(status))
            {
                throw new RpcException(
                    new Status(StatusCode.FailedPrecondition, "The orchestration instance with the provided instance id is not running.")
                );
            }
        }

        await WriteAsync(hub.RaiseEventAsync(instanceId, eventName, eventPayload, cancellation));
    }

    public override async Task TerminateInstanceAsync(
        string instanceId,
        TerminateInstanceOptions? options = null,
        CancellationToken cancellation = default
    )
    {
        await RequireAsync(instanceId, "terminate", Live, cancellation);
        await WriteAsync(hub.TerminateInstanceAsync(instanceId, options, cancellation));
    }

    public override async Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
    {
        await RequireAsync(instanceId, "suspend", [OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Pending], cancellation);
        await WriteAsync(hub.SuspendInstanceAsync(instanceId, reason, cancellation));
    }

    public override async Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
    {
        await RequireAsync(instanceId, "resume", [OrchestrationRuntimeStatus.Suspended], cancellation);
        await WriteAsync(hub.ResumeInstanceAsync(instanceId, reason, cancellation));
    }

    public override async Task<PurgeResult> PurgeInstanceAsync(
        string instanceId,
        PurgeInstanceOptions? options = null,
        CancellationToken cancellation = default
    )
    {
        if (await hub.GetInstanceAsync(instanceId, cancellation) is { IsCompleted: false } live)
        {
            throw new RpcException(
                new Status(
                    StatusCode.FailedPrecondition,
                    $"Only orchestrations in a terminal state can be purged, but the orchestration with instance ID {instanceId} has status {live.RuntimeStatus}"
                )
            );
        }

        return await WriteAsync(hub.PurgeInstanceAsync(instanceId, options, cancellation));
    }

    public override Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter,
        PurgeInstanceOptions? options = null,
        CancellationToken cancellation = default
    ) => WriteAsync(hub.PurgeAllInstancesAsync(filter, options, cancellation));

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default
    ) => hub.WaitForInstanceStartAsync(instanceId, getInputsAndOutputs, cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default
    ) => hub.WaitForInstanceCompletionAsync(instanceId, getInputsAndOutputs, cancellation);

    public override Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default
    ) => hub.GetInstancesAsync(instanceId, getInputsAndOutputs, cancellation);

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null) =>
        hub.GetAllInstancesAsync(filter);

    public override Task<string> RestartAsync(
        string instanceId,
        bool restartWithNewInstanceId = false,
        CancellationToken cancellation = default
    ) => WriteAsync(hub.RestartAsync(instanceId, restartWithNewInstanceId, cancellation));

    public override Task RewindInstanceAsync(string instanceId, string reason, CancellationToken cancellation = default) =>
        WriteAsync(hub.RewindInstanceAsync(instanceId, reason, cancellation));

    public override Task<IList<global::DurableTask.Core.History.HistoryEvent>> GetOrchestrationHistoryAsync(
        string instanceId,
        CancellationToken cancellation = default
    ) => hub.GetOrchestrationHistoryAsync(instanceId, cancellation);

    public override Task<Page<string>> ListInstanceIdsAsync(
        IEnumerable<OrchestrationRuntimeStatus>? runtimeStatus = null,
        DateTimeOffset? completedTimeFrom = null,
        DateTimeOffset? completedTimeTo = null,
        int pageSize = OrchestrationQuery.DefaultPageSize,
        string? lastInstanceKey = null,
        CancellationToken cancellation = default
    ) => hub.ListInstanceIdsAsync(runtimeStatus, completedTimeFrom, completedTimeTo, pageSize, lastInstanceKey, cancellation);

    public override ValueTask DisposeAsync() => hub.DisposeAsync();

    private async Task RequireAsync(
        string instanceId,
        string operation,
        OrchestrationRuntimeStatus[] allowed,
        CancellationToken cancellation
    )
    {
        var status = await StatusAsync(instanceId, cancellation);
        if (!allowed.Contains(status))
        {
            throw new RpcException(
                new Status(
                    StatusCode.FailedPrecondition,
                    $"InvalidOperationException: Cannot {operation} the orchestration instance {instanceId} because instance is in the {status} state."
                )
            );
        }
    }

    private async Task<OrchestrationRuntimeStatus> StatusAsync(string instanceId, CancellationToken cancellation) =>
        (await hub.GetInstanceAsync(instanceId, cancellation))?.RuntimeStatus
        ?? throw new RpcException(
            new Status(StatusCode.NotFound, $"No instance with ID '{instanceId}' was found. (Parameter 'instanceId')")
        );

    /// <summary>Trouble with the storage of the hub reaches a worker as an error of the call.</summary>
    private static async Task WriteAsync(Task call)
    {
        try
        {
            await call;
        }
        catch (DurableStoreException exception)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, exception.Message, exception));
        }
    }

    private static async Task<T> WriteAsync<T>(Task<T> call)
    {
        await WriteAsync((Task)call);
        return await call;
    }
}

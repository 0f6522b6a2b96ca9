using DurableTask.AzureStorage;
using DurableTask.Core;
using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;
using CoreQuery = DurableTask.Core.Query.OrchestrationQuery;

namespace ComputeHorde.DurableTask.RealEngine;

/// <summary>The client interface of the SDK over that of the engine: it adds nothing to what the engine does.</summary>
internal sealed class RealClient(string name, RealHub hub, IOptionsMonitor<DurableTaskClientOptions> options) : DurableTaskClient(name)
{
    private static readonly TimeSpan PollingInterval = TimeSpan.FromMilliseconds(50);

    private readonly AzureStorageOrchestrationService _service = hub.Service;
    private readonly DataConverter _converter = options.Get(name).DataConverter;

    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName,
        object? input = null,
        StartOrchestrationOptions? options = null,
        CancellationToken cancellation = default
    )
    {
        var instance = new OrchestrationInstance
        {
            InstanceId = options?.InstanceId ?? Guid.NewGuid().ToString("N"),
            ExecutionId = Guid.NewGuid().ToString("N"),
        };
        var started = new ExecutionStartedEvent(-1, _converter.Serialize(input))
        {
            Name = orchestratorName.Name,
            Version = options?.Version?.Version ?? "",
            OrchestrationInstance = instance,
            ScheduledStartTime = options?.StartAt?.UtcDateTime,
            Tags = options?.Tags.ToDictionary(tag => tag.Key, tag => tag.Value) ?? [],
        };
        var kept = options?.DedupeStatuses?.Select(Enum.Parse<OrchestrationStatus>).ToArray();
        await _service.CreateTaskOrchestrationAsync(new TaskMessage { OrchestrationInstance = instance, Event = started }, kept);
        return instance.InstanceId;
    }

    public override Task RaiseEventAsync(
        string instanceId,
        string eventName,
        object? eventPayload = null,
        CancellationToken cancellation = default
    ) => SendAsync(instanceId, new EventRaisedEvent(-1, _converter.Serialize(eventPayload)) { Name = eventName });

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        SendAsync(instanceId, new ExecutionSuspendedEvent(-1, reason));

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        SendAsync(instanceId, new ExecutionResumedEvent(-1, reason));

    public override Task TerminateInstanceAsync(
        string instanceId,
        TerminateInstanceOptions? options = null,
        CancellationToken cancellation = default
    ) => _service.ForceTerminateTaskOrchestrationAsync(instanceId, _converter.Serialize(options?.Output));

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default
    ) =>
        WaitAsync(instanceId, static found => found.RuntimeStatus != OrchestrationRuntimeStatus.Pending, getInputsAndOutputs, cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default
    ) => WaitAsync(instanceId, static found => found.IsCompleted, getInputsAndOutputs, cancellation);

    public override async Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default
    ) =>
        (await _service.GetOrchestrationStateAsync(instanceId, allExecutions: false)).FirstOrDefault() is { } state
            ? Describe(state, getInputsAndOutputs)
            : null;

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null) =>
        Pageable.Create(
            async (token, size, cancellation) =>
            {
                var query = new CoreQuery
                {
                    RuntimeStatus = filter?.Statuses?.Select(status => (OrchestrationStatus)(int)status).ToList(),
                    CreatedTimeFrom = filter?.CreatedFrom?.UtcDateTime,
                    CreatedTimeTo = filter?.CreatedTo?.UtcDateTime,
                    InstanceIdPrefix = filter?.InstanceIdPrefix,
                    PageSize = size ?? filter?.PageSize ?? OrchestrationQuery.DefaultPageSize,
                    ContinuationToken = token ?? filter?.ContinuationToken,
                    FetchInputsAndOutputs = filter?.FetchInputsAndOutputs ?? false,
                };
                var page = await _service.GetOrchestrationWithQueryAsync(query, cancellation);
                return new Page<OrchestrationMetadata>(
                    [.. page.OrchestrationState.Select(state => Describe(state, query.FetchInputsAndOutputs))],
                    page.ContinuationToken
                );
            }
        );

    public override async Task<Microsoft.DurableTask.Client.PurgeResult> PurgeInstanceAsync(
        string instanceId,
        PurgeInstanceOptions? options = null,
        CancellationToken cancellation = default
    ) => new((await ((IOrchestrationServicePurgeClient)_service).PurgeInstanceStateAsync(instanceId)).DeletedInstanceCount);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static TaskFailureDetails? Describe(FailureDetails? failure) =>
        failure is null
            ? null
            : new TaskFailureDetails(
                failure.ErrorType,
                failure.ErrorMessage,
                failure.StackTrace,
                Describe(failure.InnerFailure),
                failure.Properties
            );

    private Task SendAsync(string instanceId, HistoryEvent item) =>
        _service.SendTaskOrchestrationMessageAsync(
            new TaskMessage
            {
                OrchestrationInstance = new OrchestrationInstance { InstanceId = instanceId },
                Event = item,
            }
        );

    private async Task<OrchestrationMetadata> WaitAsync(
        string instanceId,
        Predicate<OrchestrationMetadata> isReached,
        bool withData,
        CancellationToken cancellation
    )
    {
        while (true)
        {
            if (await GetInstancesAsync(instanceId, withData, cancellation) is { } found && isReached(found))
            {
                return found;
            }

            await Task.Delay(PollingInterval, cancellation);
        }
    }

    private OrchestrationMetadata Describe(OrchestrationState state, bool withData) =>
        new(state.Name, state.OrchestrationInstance.InstanceId)
        {
            RuntimeStatus = (OrchestrationRuntimeStatus)(int)state.OrchestrationStatus,
            CreatedAt = new DateTimeOffset(state.CreatedTime),
            LastUpdatedAt = new DateTimeOffset(state.LastUpdatedTime),
            DataConverter = withData ? _converter : null,
            SerializedInput = withData ? state.Input : null,
            SerializedOutput = withData ? state.Output : null,
            SerializedCustomStatus = withData ? state.Status : null,
            FailureDetails = withData ? Describe(state.FailureDetails) : null,
            Tags = state.Tags is { } tags ? new Dictionary<string, string>(tags) : new Dictionary<string, string>(),
        };
}

using System.Collections.Immutable;
using ComputeHorde.DurableTask.Sqlite.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

internal sealed partial class SqliteDurableTaskClient
{
    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName,
        object? input = null,
        StartOrchestrationOptions? options = null,
        CancellationToken cancellation = default
    )
    {
        Hub.RequireRunning();
        cancellation.ThrowIfCancellationRequested();
        if (orchestratorName == default)
        {
            throw new ArgumentException("The name of the orchestrator is empty.", nameof(orchestratorName));
        }

        var id = string.IsNullOrEmpty(options?.InstanceId) ? Guid.NewGuid().ToString("N") : options.InstanceId;
        var isNewId = id != options?.InstanceId;
        var data = Converter.Serialize(input);
        var version = options?.Version is { } given ? given.Version : _options.DefaultVersion;
        var policy = DedupePolicy.Parse(options?.DedupeStatuses);
        using var span = Spans.StartCreation(orchestratorName.Name, version, id);
        await UnlessCanceledAsync(
            StartAsync(() => NewRow(id, orchestratorName.Name, version, data, options, span?.Id), isNewId, policy, cancellation),
            cancellation
        );
        return id;
    }

    public override async Task<string> RestartAsync(
        string instanceId,
        bool restartWithNewInstanceId = false,
        CancellationToken cancellation = default
    )
    {
        Hub.RequireRunning();
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var found =
            Find(instanceId)
            ?? throw new ArgumentException($"An orchestration with the instanceId {instanceId} was not found.", nameof(instanceId));
        if (!restartWithNewInstanceId && !found.State.IsOver)
        {
            throw new InvalidOperationException(
                $"An orchestration with the instanceId {instanceId} cannot be restarted: it is {found.State.Status}."
            );
        }

        var id = restartWithNewInstanceId ? Guid.NewGuid().ToString("N") : instanceId;
        var options = new StartOrchestrationOptions { Tags = found.Row.ReadTags() };
        await UnlessCanceledAsync(
            StartAsync(
                () => NewRow(id, found.Row.Name, found.Row.Version, found.Row.Input, options),
                restartWithNewInstanceId,
                DedupePolicy.None,
                cancellation
            ),
            cancellation
        );
        return id;
    }

    public override async Task RewindInstanceAsync(string instanceId, string reason, CancellationToken cancellation = default)
    {
        Hub.RequireRunning();
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        cancellation.ThrowIfCancellationRequested();
        var found =
            Find(instanceId)
            ?? throw new ArgumentException($"An orchestration with the instanceId {instanceId} was not found.", nameof(instanceId));
        if (found.State.Status != OrchestrationRuntimeStatus.Failed)
        {
            throw new InvalidOperationException(
                $"An orchestration with the instanceId {instanceId} cannot be rewound: it is {found.State.Status}, not Failed."
            );
        }

        if (!new Rewinder(Hub, Store, Time, Hub.Claims).TryRewind(found, out var done))
        {
            throw new InvalidOperationException(
                $"An orchestration with the instanceId {instanceId} cannot be rewound now: something that it has called is still running, or it begins anew."
            );
        }

        await UnlessCanceledAsync(done, cancellation);
        Hub.LogRewound(instanceId, reason);
    }

    private InstanceRow NewRow(
        string id,
        string name,
        string? version,
        string? input,
        StartOrchestrationOptions? options,
        string? trace = null
    ) =>
        new()
        {
            Key = Hub.NextInstanceKey(),
            InstanceId = id,
            Name = name,
            Version = string.IsNullOrEmpty(version) ? null : version,
            Input = input,
            CreatedAt = Time.GetUtcNow().UtcTicks,
            StartAt = options?.StartAt is { } start && start > Time.GetUtcNow() ? start.UtcTicks : null,
            Tags = InstanceRow.WriteTags(ImmutableDictionary<string, string>.Empty, options?.Tags, trace),
        };

    private async Task StartAsync(Func<InstanceRow> newRow, bool isNewId, DedupePolicy policy, CancellationToken cancellation)
    {
        while (true)
        {
            var row = newRow();
            var state = new InstanceState
            {
                Status = OrchestrationRuntimeStatus.Pending,
                UpdatedAt = row.CreatedAt,
                WakeAt = row.StartAt,
            };
            var creation = Hub.Directory.Create(row, state, isNewId, refuse: present => policy.Keeps(present.Status));
            if (creation.Created is { } created)
            {
                var durable = created.Created!.Task;
                if (row.StartAt is null && !Hub.Versions.Rejects(row.Version))
                {
                    Hub.Release(created);
                }
                else
                {
                    Hub.Create(created);
                }

                await durable;
                return;
            }

            // The one that is there may not be durable yet: until it is, nothing may be said of it.
            await (creation.InMemory?.Created?.Task ?? Task.CompletedTask);
            var (existing, present) = creation.Existing!;
            policy.Require(row.InstanceId, present.Status);
            if (!policy.ReplacesLive)
            {
                return;
            }

            policy.RequireReplaceable(present.Status);
            var reason = $"A new instance with the same instance id '{row.InstanceId}' takes the place of this one.";
            await SendAsync(row.InstanceId, new ExecutionTerminated(Converter.Serialize(reason), Recursive: false), cancellation);
            if (Hub.Versions.Rejects(existing.Version))
            {
                // Another hub must end it.
                await WaitAsync(row.InstanceId, forEnd: true, withData: false, cancellation);
            }
        }
    }
}

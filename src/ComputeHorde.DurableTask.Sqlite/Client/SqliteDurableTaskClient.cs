using System.Globalization;
using System.Runtime.CompilerServices;
using ComputeHorde.DurableTask.Sqlite.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;
using CoreEvent = DurableTask.Core.History.HistoryEvent;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>The client of a hub in the same process.</summary>
internal sealed partial class SqliteDurableTaskClient : DurableTaskClient
{
    private static readonly TimeSpan LongestEffects = TimeSpan.FromSeconds(5);

    private readonly SqliteTaskHub _hub;
    private readonly DurableTaskClientOptions _options;

    public SqliteDurableTaskClient(string name, TaskHubs hubs, IOptionsMonitor<DurableTaskClientOptions> options)
        : base(name) => (_hub, _options) = (hubs.Get(name), options.Get(name));

    private TaskHub Hub => _hub.Engine;

    private IDurableStore Store => Hub.Store;

    private TimeProvider Time => Hub.Time;

    private DataConverter Converter => _options.DataConverter;

    public override async Task RaiseEventAsync(
        string instanceId,
        string eventName,
        object? eventPayload = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        using var span = Spans.StartEvent(eventName, instanceId);
        await SendAsync(instanceId, new EventRaised(eventName, Converter.Serialize(eventPayload)), cancellation);
    }

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        SendAsync(instanceId, new ExecutionSuspended(reason), cancellation);

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        SendAsync(instanceId, new ExecutionResumed(reason), cancellation);

    public override Task TerminateInstanceAsync(
        string instanceId,
        TerminateInstanceOptions? options = null,
        CancellationToken cancellation = default
    ) => SendAsync(instanceId, new ExecutionTerminated(Converter.Serialize(options?.Output), options?.Recursive ?? false), cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default
    ) => WaitAsync(instanceId, forEnd: false, getInputsAndOutputs, cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default
    ) => WaitAsync(instanceId, forEnd: true, getInputsAndOutputs, cancellation);

    public override Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default
    )
    {
        Hub.RequireRunning();
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(Find(instanceId) is { } found ? Describe(found, getInputsAndOutputs) : null);
    }

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null)
    {
        filter ??= new OrchestrationQuery();
        return Pageable.Create(
            (token, size, cancellation) =>
            {
                Hub.RequireRunning();
                cancellation.ThrowIfCancellationRequested();
                var limit = size ?? filter.PageSize;
                ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit, nameof(filter));

                var wanted = new InstanceFilter
                {
                    Limit = limit,
                    CreatedFrom = filter.CreatedFrom?.UtcTicks,
                    CreatedTo = filter.CreatedTo?.UtcTicks,
                    Prefix = string.IsNullOrEmpty(filter.InstanceIdPrefix) ? null : filter.InstanceIdPrefix,
                    Statuses = filter.Statuses?.ToHashSet() is { Count: > 0 } statuses ? statuses : null,
                };
                var (found, next) = Store.Query(wanted with { After = ReadCursor(token ?? filter.ContinuationToken, wanted) });
                found.ForEach(AwaitEffects);
                return Task.FromResult(
                    new Page<OrchestrationMetadata>(
                        [.. found.Select(instance => Describe(instance, filter.FetchInputsAndOutputs))],
                        next?.ToString()
                    )
                );
            }
        );
    }

    public override async Task<PurgeResult> PurgeInstanceAsync(
        string instanceId,
        PurgeInstanceOptions? options = null,
        CancellationToken cancellation = default
    )
    {
        Hub.RequireRunning();
        return Find(instanceId) is { State.IsOver: true } found
            ? new PurgeResult(await PurgeAsync([found], options, cancellation), isComplete: true)
            : new PurgeResult(0, isComplete: true);
    }

    public override async Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter,
        PurgeInstanceOptions? options = null,
        CancellationToken cancellation = default
    )
    {
        const int PageSize = 1000;
        Hub.RequireRunning();
        ArgumentNullException.ThrowIfNull(filter);
        if (filter.Timeout <= TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(
                nameof(filter),
                filter.Timeout,
                $"{nameof(PurgeInstancesFilter)}.{nameof(filter.Timeout)} must be a positive TimeSpan."
            );
        }

        var start = Time.GetTimestamp();
        var count = 0;
        InstanceCursor? after = null;
        while (true)
        {
            var (page, next) = Store.Query(
                new InstanceFilter
                {
                    After = after,
                    Limit = PageSize,
                    CreatedFrom = filter.CreatedFrom?.UtcTicks,
                    CreatedTo = filter.CreatedTo?.UtcTicks,
                    Statuses = filter.Statuses?.ToHashSet() is { Count: > 0 } statuses ? statuses : null,
                }
            );
            count += await PurgeAsync(page.FindAll(instance => instance.State.IsOver), options, cancellation);
            if (next is null)
            {
                return new PurgeResult(count, isComplete: true);
            }

            if (Time.GetElapsedTime(start) > filter.Timeout)
            {
                return new PurgeResult(count, isComplete: false);
            }

            after = next;
        }
    }

    public override Task<Page<string>> ListInstanceIdsAsync(
        IEnumerable<OrchestrationRuntimeStatus>? runtimeStatus = null,
        DateTimeOffset? completedTimeFrom = null,
        DateTimeOffset? completedTimeTo = null,
        int pageSize = OrchestrationQuery.DefaultPageSize,
        string? lastInstanceKey = null,
        CancellationToken cancellation = default
    )
    {
        Hub.RequireRunning();
        cancellation.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pageSize);
        var after = lastInstanceKey?.Split('.') is [var at, var key] ? (ReadToken(at), ReadToken(key)) : (long.MinValue, 0);
        var found = Store.QueryFinished(
            new FinishedFilter
            {
                After = after,
                Limit = pageSize,
                CompletedFrom = completedTimeFrom?.UtcTicks,
                CompletedTo = completedTimeTo?.UtcTicks,
                Statuses = runtimeStatus?.ToHashSet() is { Count: > 0 } statuses ? statuses : null,
            }
        );
        found.ForEach(instance => AwaitEffects(instance.InstanceId, instance.Key, instance.CompletedAt));
        var next = found.Count == pageSize ? $"{found[^1].CompletedAt}.{found[^1].Key}" : null;
        return Task.FromResult(new Page<string>([.. found.Select(instance => instance.InstanceId)], next));
    }

    public override Task<IList<CoreEvent>> GetOrchestrationHistoryAsync(string instanceId, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        cancellation.ThrowIfCancellationRequested();
        Hub.RequireRunning();
        return Store.ReadTurns(instanceId) is { } read
            ? Task.FromResult<IList<CoreEvent>>(CoreHistory.Of(read.Instance, read.Turns))
            : throw new ArgumentException($"An orchestration with the instanceId {instanceId} was not found.", nameof(instanceId));
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static InstanceCursor? ReadCursor(string? token, InstanceFilter wanted) =>
        token is null ? null
        : InstanceCursor.Parse(token) is { } cursor && (cursor.InstanceId is not null) == wanted.IsByName ? cursor
        : throw new ArgumentException($"'{token}' is not a continuation token.", nameof(token));

    private static long ReadToken(string? token) =>
        token is null ? 0
        : long.TryParse(token, CultureInfo.InvariantCulture, out var value) ? value
        : throw new ArgumentException($"'{token}' is not a continuation token.", nameof(token));

    /// <summary>Waits, and says which operation was given up: the type of the exception is exactly that of the real client's.</summary>
    private static async Task UnlessCanceledAsync(Task task, CancellationToken cancellation, [CallerMemberName] string operation = "")
    {
        try
        {
            await task.WaitAsync(cancellation);
        }
        catch (OperationCanceledException e) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException($"The {operation} operation was canceled.", e, cancellation);
        }
    }

    private async Task SendAsync(
        string instanceId,
        HistoryEvent item,
        CancellationToken cancellation,
        [CallerMemberName] string operation = ""
    )
    {
        Hub.RequireRunning();
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        cancellation.ThrowIfCancellationRequested();
        var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Hub.Deliver(instanceId, new Message(item, Acknowledge: taken));
        await UnlessCanceledAsync(taken.Task, cancellation, operation);
    }

    private async Task<OrchestrationMetadata> WaitAsync(
        string instanceId,
        bool forEnd,
        bool withData,
        CancellationToken cancellation,
        [CallerMemberName] string operation = ""
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var waiter = Hub.Waiters.Add(instanceId, forEnd);
        try
        {
            // Asked afterwards: either the stop finds the waiter, or this finds the stop.
            Hub.RequireRunning();
            var found = Find(instanceId);
            var isThere = found is not null && (forEnd ? found.State.IsOver : found.State.Status != OrchestrationRuntimeStatus.Pending);
            if (!isThere)
            {
                await UnlessCanceledAsync(waiter.Task, cancellation, operation);
                found = await waiter.Task;
            }

            return Describe(found!, withData);
        }
        finally
        {
            Hub.Waiters.Remove(instanceId, waiter);
        }
    }

    private StoredInstance? Find(string instanceId) =>
        Hub.Directory.Peek(instanceId) is { Committed: { } state } known
            ? new StoredInstance(known.CommittedRow, state)
            : Store.Find(instanceId);

    private void AwaitEffects(StoredInstance seen) => AwaitEffects(seen.Row.InstanceId, seen.Row.Key, seen.State.UpdatedAt);

    /// <summary>
    /// The store is ahead of memory for a moment after each write. What a client is shown of it must hold for what it does next.
    /// </summary>
    private void AwaitEffects(string instanceId, long key, long updatedAt) =>
        SpinWait.SpinUntil(
            () =>
                Hub.Directory.Peek(instanceId) is not { Committed: { } state } known
                || known.Row.Key != key
                || state.UpdatedAt >= updatedAt,
            LongestEffects
        );

    private async Task<int> PurgeAsync(
        IReadOnlyList<StoredInstance> finished,
        PurgeInstanceOptions? options,
        CancellationToken cancellation
    )
    {
        List<InstanceRow> rows = [];
        foreach (var instance in finished)
        {
            Collect(instance, rows, options?.Recursive ?? false);
        }

        if (rows.Count > 0)
        {
            var durable = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Hub.Write(
                new SimpleCommit(
                    transaction => rows.ForEach(transaction.DeleteInstance),
                    () =>
                    {
                        rows.ForEach(row => Hub.Claims.TryRemove(row.Key, out _));
                        durable.TrySetResult();
                    },
                    e =>
                    {
                        rows.ForEach(row => Hub.Claims.TryRemove(row.Key, out _));
                        durable.TrySetException(e);
                    }
                )
            );
            await UnlessCanceledAsync(durable.Task, cancellation);
        }

        return rows.Count;
    }

    /// <summary>Claims what is to be purged. Who holds the claim looks again, for the instance may have been rewound before.</summary>
    private void Collect(StoredInstance instance, List<InstanceRow> rows, bool recursive)
    {
        if (!instance.State.IsOver || !Hub.Claims.TryAdd(instance.Row.Key, true))
        {
            return;
        }

        AwaitEffects(instance);
        if (Find(instance.Row.InstanceId) is not { State.IsOver: true } present || present.Row.Key != instance.Row.Key)
        {
            Hub.Claims.TryRemove(instance.Row.Key, out _);
            return;
        }

        rows.Add(instance.Row);
        if (recursive)
        {
            Store.FindChildren(instance.Row.Key).ForEach(child => Collect(child, rows, recursive));
        }
    }

    private OrchestrationMetadata Describe(StoredInstance instance, bool withData)
    {
        var (row, state) = instance;
        return new OrchestrationMetadata(row.Name, row.InstanceId)
        {
            RuntimeStatus = state.Status,
            CreatedAt = new DateTimeOffset(row.CreatedAt, TimeSpan.Zero),
            LastUpdatedAt = new DateTimeOffset(state.UpdatedAt, TimeSpan.Zero),
            DataConverter = withData ? Converter : null,
            SerializedInput = withData ? row.Input : null,
            SerializedOutput = withData ? state.Output : null,
            SerializedCustomStatus = withData ? state.CustomStatus : null,
            FailureDetails = withData ? Failures.ToTaskFailure(state.Failure) : null,
            Tags = row.ReadTags(),
        };
    }
}

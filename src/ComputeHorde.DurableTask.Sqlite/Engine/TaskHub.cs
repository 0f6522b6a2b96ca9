using System.Collections.Concurrent;
using ComputeHorde.DurableTask.Sqlite.Storage;
using ComputeHorde.DurableTask.Sqlite.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>The durable engine: runs the orchestrators and activities of a registry over a store.</summary>
internal sealed class TaskHub : IAsyncDisposable
{
    private readonly SqliteTaskHubOptions _options;
    private readonly IServiceProvider _services;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Work _core;
    private readonly Work _activities;
    private readonly HubRecovery _recovery;
    private long _lastInstanceKey;
    private long _lastMessageId;
    private int _state;

    public TaskHub(TaskHubWorker? worker, SqliteTaskHubOptions options, IServiceProvider services, IDurableStore store)
    {
        (_options, _services, Store, HasWorker) = (options, services, store, worker is not null);
        Time = options.TimeProvider ?? services.GetService<TimeProvider>() ?? TimeProvider.System;
        var loggers = services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        _logger = loggers.CreateLogger<TaskHub>();
        worker ??= TaskHubWorker.None;
        var concurrency = worker.Options.Concurrency;
        Versions = new VersionGate(worker.Options.Versioning, HasWorker);
        var scopes = services.GetRequiredService<IServiceScopeFactory>();
        var clock = Time as VirtualTimeProvider;
        _core = new Work(clock is null ? null : clock.Enter, clock is null ? null : clock.Leave);
        _activities = new Work(clock is null ? null : clock.EnterRunning, clock is null ? null : clock.LeaveRunning);
        MayDelayWrites = Time == TimeProvider.System;
        Directory = new InstanceDirectory(store, Math.Max(1, options.WarmInstances), options.WarmBytes);
        _recovery = new HubRecovery(this, _logger);
        Commits = new CommitQueue(store, _core, _recovery.Restart);
        var runsOnPool = options.RunsOnPool && Time != TimeProvider.System;
        Wakes = new WakeQueue(Time, instanceId => Deliver(instanceId, default));
        Activities = new ActivityDispatcher(this, worker, scopes, _activities, loggers, _logger) { MostInline = runsOnPool ? -1 : 500 };
        var turns = new TurnRunner(
            this,
            worker,
            services,
            store,
            new TurnRecorder(this, worker.Options.DataConverter, Time),
            Time,
            loggers,
            _logger
        );
        Workers = runsOnPool
            ? new PooledTurns(turns.Run, Commits, _core)
            : new TurnWorkers(
                Math.Min(concurrency.MaximumConcurrentOrchestrationWorkItems, Math.Max(2, Environment.ProcessorCount)),
                turns.Run,
                Commits,
                Wakes,
                new InlineActivities(Activities),
                _core
            );
        clock?.Attach(() => Wakes.Count > 0);
    }

    /// <summary>Cancelled when the hub begins to stop: activities should come to an end.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>How many transactions the store has committed since the hub started.</summary>
    public long CommittedTransactions => Store.Commits;

    internal IDurableStore Store { get; }

    internal TimeProvider Time { get; }

    /// <summary>Whether anything runs here; else instances are only kept.</summary>
    internal bool HasWorker { get; }

    /// <summary>The keys of finished instances that are being purged or rewound.</summary>
    internal ConcurrentDictionary<long, bool> Claims { get; } = new();

    /// <summary>Whether a write that nobody waits for may wait for others: not on a clock that stands still meanwhile.</summary>
    internal bool MayDelayWrites { get; }

    /// <summary>Whether running code is never kept from one turn to the next.</summary>
    internal bool ReplaysEveryTurn => _options.WarmInstances == 0;

    /// <summary>
    /// Whether the container is being disposed, without a stop of the hub before: what orchestrators and activities use may be gone
    /// already, so that no failure of theirs counts.
    /// </summary>
    internal bool HasLostServices
    {
        get
        {
            try
            {
                _services.GetService<IServiceScopeFactory>();
                return false;
            }
            catch (ObjectDisposedException)
            {
                return true;
            }
        }
    }

    internal VersionGate Versions { get; }

    internal CommitQueue Commits { get; }

    internal InstanceDirectory Directory { get; }

    internal ITurnWorkers Workers { get; }

    internal ActivityDispatcher Activities { get; }

    internal WakeQueue Wakes { get; }

    internal CompletionWaiters Waiters { get; } = new();

    /// <summary>Opens the store, takes up what was left unfinished, and runs.</summary>
    /// <exception cref="DurableStoreException">The database is in use, damaged, foreign or of another version.</exception>
    public void Start(CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        if (Interlocked.CompareExchange(ref _state, 1, 0) != 0)
        {
            throw new InvalidOperationException("A hub can be started only once.");
        }

        (_lastInstanceKey, _lastMessageId) = Store.Open();
        _core.Begin();
        Workers.Start();
        var instances = 0;
        Exclusively(() => instances = _recovery.TakeUp());
        _core.End();
        Logs.HubStarted(_logger, _options.Path ?? "memory", instances);
    }

    /// <summary>Starts nothing more, waits for what runs (no longer than the drain time-out), and closes the store.</summary>
    /// <param name="cancellation">Stops waiting for what runs.</param>
    /// <returns>The moment from which the store is closed.</returns>
    public async Task StopAsync(CancellationToken cancellation = default)
    {
        var before = Interlocked.CompareExchange(ref _state, 2, 1);
        if (before != 1)
        {
            await (before == 0 ? Task.CompletedTask : _ended.Task);
            return;
        }

        await _stopping.CancelAsync();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_options.DrainTimeout);
        while (!(Activities.Active == 0 && _core.IsIdle) && !limit.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
        }

        Logs.HubStopped(_logger, Activities.Active);
        Abandon();
    }

    /// <summary>Writes the history of an instance as JSON, for people and for <see cref="HistoryReplayer"/>.</summary>
    /// <param name="instanceId">The id of the instance.</param>
    /// <returns>The history since the instance last continued as new; <see langword="null"/> when there is no such instance.</returns>
    public string? ExportHistory(string instanceId)
    {
        RequireRunning();
        return Store.ReadTurns(instanceId) is { } read ? HistoryDocument.Of(read.Instance, read.Turns).Write() : null;
    }

    /// <summary>Counts the events of an instance's history: the start of each turn, what it received and what it decided.</summary>
    /// <param name="instanceId">The id of the instance.</param>
    /// <returns>The number since the instance last continued as new; <see langword="null"/> when there is no such instance.</returns>
    public int? CountHistoryEvents(string instanceId)
    {
        RequireRunning();
        return Store.Find(instanceId)?.State.Events;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Interlocked.Exchange(ref _state, 3);
        Wakes.Dispose();
        _stopping.Dispose();
        _recovery.Dispose();
    }

    /// <summary>Stops at once, as a crash would, and gives the store free.</summary>
    internal void Abandon()
    {
        Interlocked.Exchange(ref _state, 3);
        _recovery.Stop();
        Wakes.Dispose();
        Workers.Stop();
        Commits.Exclusively(() => _recovery.ForgetAll(Stopped()));
        Waiters.Stop(Stopped());
        Store.Dispose();
        _ended.TrySetResult();
    }

    internal long NextInstanceKey() => Interlocked.Increment(ref _lastInstanceKey);

    internal long NextMessageId() => Interlocked.Increment(ref _lastMessageId);

    /// <summary>Fails unless the hub runs.</summary>
    internal void RequireRunning()
    {
        if (Volatile.Read(ref _state) is 0 or 3)
        {
            throw Stopped();
        }
    }

    internal void LogRewound(string instanceId, string reason) => Logs.Rewound(_logger, instanceId, reason);

    /// <summary>Queues a write.</summary>
    internal void Write(PendingCommit item)
    {
        Workers.Add(item);
        if (HasStopped())
        {
            Commits.Exclusively(() => Commits.BeginEpoch(Stopped()));
        }
    }

    /// <summary>Brings a message to the unfinished instance of an id; drops it when there is none.</summary>
    /// <param name="instanceId">The id.</param>
    /// <param name="message">The message.</param>
    /// <param name="life">
    /// The life of the hub in which a stored message was written or read, -1 for one that is not stored: a new life has taken it up from
    /// the store.
    /// </param>
    internal void Deliver(string instanceId, in Message message, int life = -1)
    {
        if (Volatile.Read(ref _state) == 3)
        {
            message.Acknowledge?.TrySetException(Stopped());
            return;
        }

        while (true)
        {
            var epoch = Commits.Epoch;
            var found = Find(instanceId);
            if (life >= 0 && life != Commits.Epoch)
            {
                return;
            }

            if (found is not { } instance || (message.Key != 0 && instance.Row.Key != message.Key))
            {
                Drop([message], epoch);
                return;
            }

            if (instance.TryAdd(message, out var mustQueue))
            {
                if (mustQueue)
                {
                    Workers.Add(instance);
                }

                FailIfStopped(instance);
                return;
            }
        }
    }

    /// <summary>Lets a new instance run.</summary>
    internal void Release(Instance instance)
    {
        if (instance.Release())
        {
            Workers.Add(instance);
        }

        FailIfStopped(instance);
    }

    /// <summary>Lets a new instance run that is durable now.</summary>
    internal void ReleaseNew(Instance instance)
    {
        instance.Committed = instance.State;
        instance.Created?.TrySetResult();
        Release(instance);
    }

    /// <summary>Wakes an instance at a time that is by its own clock.</summary>
    internal void WakeAt(Instance instance, long at) =>
        Wakes.Set(instance.Row.InstanceId, at - SteadyClock.Lead(Time, instance.LastTimestamp, instance.LastStamp));

    /// <summary>Stores a new instance that does not start at once.</summary>
    internal void Create(Instance instance)
    {
        instance.IsNew = false;
        Write(
            new SimpleCommit(
                transaction => TurnCommit.AddNew(transaction, instance, instance.Row, instance.State, default),
                () =>
                {
                    ReleaseNew(instance);
                    if (instance.Row.StartAt is { } at)
                    {
                        Wakes.Set(instance.Row.InstanceId, at);
                    }
                },
                e => Discard(instance, e)
            )
        );
    }

    /// <summary>Takes a finished instance out of memory.</summary>
    internal void Forget(Instance instance)
    {
        Directory.Remove(instance);
        Drop(instance.Retire());
    }

    /// <summary>Takes an instance out of memory that cannot go on.</summary>
    internal void Discard(Instance instance, Exception cause)
    {
        Directory.Remove(instance);
        instance.Fail(cause);
    }

    /// <summary>Nobody will take these messages.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="epoch">The life of the hub in which that was found out; -1 for the present one.</param>
    internal void Drop(List<Message> messages, int epoch = -1)
    {
        List<long>? stored = null;
        List<TaskCompletionSource>? acknowledged = null;
        foreach (var message in messages)
        {
            if (message.StoredId != 0)
            {
                (stored ??= []).Add(message.StoredId);
            }

            if (message.Acknowledge is { } source)
            {
                (acknowledged ??= []).Add(source);
            }
        }

        Settle(stored, acknowledged, epoch);
    }

    /// <summary>
    /// Removes stored messages, and tells who waits: after all that was decided before, such as the end of the instance, is durable.
    /// </summary>
    internal void Settle(List<long>? stored, List<TaskCompletionSource>? acknowledged, int epoch = -1)
    {
        if (stored is not null || acknowledged is not null)
        {
            Write(
                new SimpleCommit(
                    transaction => stored?.ForEach(transaction.DeleteMessage),
                    () => acknowledged?.ForEach(source => source.TrySetResult()),
                    e => acknowledged?.ForEach(source => source.TrySetException(e))
                )
                {
                    Epoch = epoch,
                }
            );
        }
    }

    /// <summary>Has a call that was left behind take its message out of the store when it has run, which it may have meanwhile.</summary>
    internal void KeepUntilRun(long key, int generation, TaskScheduled call, long storedId)
    {
        if (!Activities.TryKeep(key, generation, call.Id, storedId))
        {
            Settle([storedId], null);
        }
    }

    /// <summary>The store could not be read or written: begin again from what it holds.</summary>
    internal void Recover(Exception cause) => Exclusively(() => _recovery.Restart(cause));

    /// <summary>
    /// Whether the hub has stopped. Asked after something was queued: either <see cref="Abandon"/> has found it, or the
    /// caller sees here that nobody will.
    /// </summary>
    private bool HasStopped()
    {
        Interlocked.MemoryBarrier();
        return Volatile.Read(ref _state) == 3;
    }

    private void FailIfStopped(Instance instance)
    {
        if (HasStopped())
        {
            Discard(instance, Stopped());
        }
    }

    /// <summary>Runs something while nothing is written, and has the workers look at the writes and timers it leaves.</summary>
    private void Exclusively(Action action)
    {
        Commits.Exclusively(action);
        Workers.Wake();
    }

    internal static InvalidOperationException Stopped() => new("The task hub is not running.");

    private Instance? Find(string instanceId)
    {
        try
        {
            return Directory.Resolve(instanceId);
        }
        catch (DurableStoreException e)
        {
            Recover(e);
            return Directory.Resolve(instanceId);
        }
    }
}

using ComputeHorde.DurableTask.Sqlite.Engine;
using ComputeHorde.DurableTask.Sqlite.Storage;

namespace ComputeHorde.DurableTask.Sqlite;

/// <summary>
/// The store and the engine that a worker and its clients share. It is a service of the container, keyed by the name of the worker or the
/// client, and without a key for the default name. It runs from the start of the host to its stop.
/// </summary>
public sealed class SqliteTaskHub
{
    private readonly Lock _gate = new();
    private readonly IServiceProvider _services;
    private SqliteTaskHubOptions _options;
    private TaskHubWorker? _worker;
    private TaskHub? _engine;
    private Task? _start;

    internal SqliteTaskHub(SqliteTaskHubOptions options, IServiceProvider services) => (_options, _services) = (options, services);

    /// <summary>Cancelled when the hub begins to stop: activities should come to an end.</summary>
    /// <exception cref="InvalidOperationException">The hub has not started.</exception>
    public CancellationToken Stopping => Engine.Stopping;

    /// <summary>How many transactions the store has committed since the hub started.</summary>
    /// <exception cref="InvalidOperationException">The hub has not started.</exception>
    public long CommittedTransactions => Engine.CommittedTransactions;

    internal TaskHub Engine =>
        _engine ?? throw new InvalidOperationException("The task hub is not running: it starts with the host of its worker or client.");

    internal bool HasWorker => _worker is not null;

    /// <summary>Writes the history of an instance as JSON, for people and for <see cref="HistoryReplayer"/>.</summary>
    /// <param name="instanceId">The id of the instance.</param>
    /// <returns>The history since the instance last continued as new; <see langword="null"/> when there is no such instance.</returns>
    /// <exception cref="InvalidOperationException">The hub does not run.</exception>
    public string? ExportHistory(string instanceId) => Engine.ExportHistory(instanceId);

    /// <summary>Counts the events of an instance's history: the start of each turn, what it received and what it decided.</summary>
    /// <param name="instanceId">The id of the instance.</param>
    /// <returns>The number since the instance last continued as new; <see langword="null"/> when there is no such instance.</returns>
    /// <exception cref="InvalidOperationException">The hub does not run.</exception>
    public int? CountHistoryEvents(string instanceId) => Engine.CountHistoryEvents(instanceId);

    internal void Attach(TaskHubWorker worker, SqliteTaskHubOptions options)
    {
        lock (_gate)
        {
            if (_worker is not null || _start is not null)
            {
                throw new InvalidOperationException(
                    _worker is null
                        ? "The task hub has started without its worker: create the worker before the host starts."
                        : $"Two workers use the task hub {options.Path ?? "in memory"}: one hub has one worker. Give each a path of its own."
                );
            }

            (_worker, _options) = (worker, options);
        }
    }

    /// <summary>Starts the hub, unless it has been started.</summary>
    internal Task StartAsync(CancellationToken cancellation) =>
        StartAsync(static path => path is null ? new MemoryStore() : new SqliteStore(path), cancellation);

    internal Task StartAsync(Func<string?, IDurableStore> open, CancellationToken cancellation)
    {
        lock (_gate)
        {
            return _start ??= StartEngineAsync(open, cancellation);
        }
    }

    internal Task StopAsync(CancellationToken cancellation) => _engine?.StopAsync(cancellation) ?? Task.CompletedTask;

    internal ValueTask CloseAsync() => _engine?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Stops at once, as a crash would.</summary>
    internal void Abandon() => _engine?.Abandon();

    private async Task StartEngineAsync(Func<string?, IDurableStore> open, CancellationToken cancellation)
    {
        var engine = new TaskHub(_worker, _options, _services, open(_options.Path));
        try
        {
            engine.Start(cancellation);
            _engine = engine;
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }
}

using ComputeHorde.DurableTask.Sqlite.Engine;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComputeHorde.DurableTask.Sqlite;

/// <summary>
/// Runs stored histories against today's code, to find out before a deployment whether instances in flight would go on.
/// Nothing is executed but orchestrator code; no activity runs.
/// </summary>
public sealed class HistoryReplayer
{
    private readonly VersionedTasks _tasks;
    private readonly IServiceProvider? _services;
    private readonly DataConverter _converter;

    /// <summary>Makes a replayer.</summary>
    /// <param name="configure">Adds today's orchestrators.</param>
    /// <param name="services">Where orchestrator classes get their services from; by default there are none.</param>
    public HistoryReplayer(Action<DurableTaskRegistry> configure, IServiceProvider? services = null)
    {
        ArgumentNullException.ThrowIfNull(configure);
        (_tasks, _services) = (VersionedTasks.Of(configure), services);
        _converter = services?.GetService<DataConverter>() ?? JsonDataConverter.Default;
    }

    /// <summary>Runs one history.</summary>
    /// <param name="history">What <see cref="SqliteTaskHub.ExportHistory"/> wrote.</param>
    /// <exception cref="NonDeterministicOrchestrationException">The code does something else than the history says.</exception>
    /// <exception cref="InvalidOperationException">No orchestrator of that name is registered.</exception>
    /// <exception cref="System.Text.Json.JsonException">The text is not a history.</exception>
    public void Replay(string history)
    {
        ArgumentNullException.ThrowIfNull(history);
        var document = HistoryDocument.Read(history);
        var parent = document.ParentInstanceId is { } id ? new ParentOrchestrationInstance(document.ParentName ?? "", id) : null;
        using var empty = _services is null ? new ServiceCollection().BuildServiceProvider() : null;
        using var scope = (_services ?? empty!).CreateScope();
        var orchestrator =
            _tasks.CreateOrchestrator(document.Name, document.Version, scope.ServiceProvider)
            ?? throw new InvalidOperationException(Failures.OrchestratorNotFound(document.Name).ErrorMessage);
        var loggers = _services?.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        var execution = new OrchestrationExecution(
            new ExecutionIdentity(document.InstanceId, document.Name, document.Version, document.Input, parent),
            () => orchestrator,
            _converter,
            loggers.CreateLogger(WorkerLogs.Orchestrations),
            loggers
        );
        var position = 0;
        foreach (var turn in document.Turns)
        {
            if (execution.Completed is { } early)
            {
                throw new NonDeterministicOrchestrationException(
                    document.InstanceId,
                    position,
                    turn.Received.Count > 0 ? turn.Received[0].Describe() : "another turn",
                    early.Describe()
                );
            }

            // The code had no part in such an end: the last turn holds no more than that.
            if (turn.Actions is [ExecutionCompleted end] && Failures.IsOfEngine(end))
            {
                return;
            }

            execution.Replay(turn, position);
            position += turn.EventCount;
        }
    }
}

using System.Collections.Immutable;
using Microsoft.DurableTask.Abstractions;
using Microsoft.Extensions.Logging;

namespace Microsoft.DurableTask;

/// <summary>What an orchestrator may use: everything else is not deterministic and must not be touched in one.</summary>
public abstract class TaskOrchestrationContext
{
    private ILoggerFactory? _replaySafeLoggers;

    /// <summary>The name of the orchestrator.</summary>
    public abstract TaskName Name { get; }

    /// <summary>The id of the instance.</summary>
    public abstract string InstanceId { get; }

    /// <summary>The instance that started this one; <see langword="null"/> when a client did.</summary>
    public abstract ParentOrchestrationInstance? Parent { get; }

    /// <summary>The time of the present turn, in UTC: the same in every replay.</summary>
    public abstract DateTime CurrentUtcDateTime { get; }

    /// <summary>Whether the code runs over history it has seen before.</summary>
    public abstract bool IsReplaying { get; }

    /// <summary>The version of the instance; empty when there is none.</summary>
    public virtual string Version => "";

    /// <summary>Settings of the host for this orchestration.</summary>
    public virtual IReadOnlyDictionary<string, object?> Properties => ImmutableDictionary<string, object?>.Empty;

    /// <summary>Makes loggers that write nothing while <see cref="IsReplaying"/>.</summary>
    public virtual ILoggerFactory ReplaySafeLoggerFactory =>
        _replaySafeLoggers ??= new ComputeHorde.Durable.LocalRuntime.Engine.ReplaySafeLoggers(LoggerFactory, this);

    /// <summary>The loggers of the host.</summary>
    protected abstract ILoggerFactory LoggerFactory { get; }

    /// <summary>Reads the input.</summary>
    /// <typeparam name="T">The type of the input.</typeparam>
    /// <returns>The input.</returns>
    public abstract T? GetInput<T>();

    /// <summary>Calls an activity.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="input">Its input.</param>
    /// <param name="options">How to call it.</param>
    /// <returns>Its end.</returns>
    /// <exception cref="TaskFailedException">The activity failed.</exception>
    public virtual Task CallActivityAsync(TaskName name, object? input = null, TaskOptions? options = null) =>
        CallActivityAsync<object>(name, input, options);

    /// <summary>Calls an activity without input.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="options">How to call it.</param>
    /// <returns>Its end.</returns>
    /// <exception cref="TaskFailedException">The activity failed.</exception>
    public virtual Task CallActivityAsync(TaskName name, TaskOptions options) => CallActivityAsync(name, null, options);

    /// <summary>Calls an activity without input.</summary>
    /// <typeparam name="TResult">The type of its output.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="options">How to call it.</param>
    /// <returns>Its output.</returns>
    /// <exception cref="TaskFailedException">The activity failed.</exception>
    public virtual Task<TResult> CallActivityAsync<TResult>(TaskName name, TaskOptions options) =>
        CallActivityAsync<TResult>(name, null, options);

    /// <summary>Calls an activity.</summary>
    /// <typeparam name="TResult">The type of its output.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="input">Its input.</param>
    /// <param name="options">How to call it.</param>
    /// <returns>Its output.</returns>
    /// <exception cref="ArgumentException">Options were given as the input, and no options.</exception>
    /// <exception cref="TaskFailedException">The activity failed.</exception>
    public abstract Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null);

    /// <summary>Waits in durable time.</summary>
    /// <param name="delay">How long.</param>
    /// <param name="cancellationToken">Gives up the timer.</param>
    /// <returns>The moment.</returns>
    /// <exception cref="TaskCanceledException">The timer was given up.</exception>
    public virtual Task CreateTimer(TimeSpan delay, CancellationToken cancellationToken) =>
        CreateTimer(CurrentUtcDateTime.Add(delay), cancellationToken);

    /// <summary>Waits in durable time.</summary>
    /// <param name="fireAt">Until when; converted to UTC.</param>
    /// <param name="cancellationToken">Gives up the timer.</param>
    /// <returns>The moment.</returns>
    /// <exception cref="TaskCanceledException">The timer was given up.</exception>
    public abstract Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken);

    /// <summary>
    /// Waits for an external event. Of several waiters for one name the latest gets the next event, even if it has been
    /// cancelled meanwhile; events that nobody waits for are kept in order.
    /// </summary>
    /// <typeparam name="T">The type of its payload.</typeparam>
    /// <param name="eventName">Its name, whatever the case.</param>
    /// <param name="cancellationToken">Gives up waiting; the waiter still takes the next event of the name.</param>
    /// <returns>The payload.</returns>
    /// <exception cref="ArgumentException">A waiter of the same name wants another type.</exception>
    public abstract Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default);

    /// <summary>Waits for an external event for a limited time.</summary>
    /// <typeparam name="T">The type of its payload.</typeparam>
    /// <param name="eventName">Its name, whatever the case.</param>
    /// <param name="timeout">For how long.</param>
    /// <returns>The payload.</returns>
    /// <exception cref="TaskCanceledException">The time is over.</exception>
    public Task<T> WaitForExternalEvent<T>(string eventName, TimeSpan timeout) =>
        WaitForExternalEvent<T>(eventName, timeout, CancellationToken.None);

    /// <summary>Waits for an external event for a limited time.</summary>
    /// <typeparam name="T">The type of its payload.</typeparam>
    /// <param name="eventName">Its name, whatever the case.</param>
    /// <param name="timeout">For how long.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The payload.</returns>
    /// <exception cref="TaskCanceledException">The time is over, or waiting was given up.</exception>
    public async Task<T> WaitForExternalEvent<T>(string eventName, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var over = CreateTimer(timeout, timer.Token);
        var happened = WaitForExternalEvent<T>(eventName, waiting.Token);
        var first = await Task.WhenAny(over, happened);
        (first == happened ? timer : waiting).Cancel();
        return await happened;
    }

    /// <summary>Sends an external event to an instance.</summary>
    /// <param name="instanceId">Its id.</param>
    /// <param name="eventName">The name of the event.</param>
    /// <param name="payload">The payload.</param>
    public abstract void SendEvent(string instanceId, string eventName, object payload);

    /// <summary>Sets what clients see as the custom status; it counts from the end of the turn.</summary>
    /// <param name="customStatus">The status.</param>
    public abstract void SetCustomStatus(object? customStatus);

    /// <summary>Runs another orchestration and waits for its end.</summary>
    /// <typeparam name="TResult">The type of its output.</typeparam>
    /// <param name="orchestratorName">The name of its orchestrator.</param>
    /// <param name="input">Its input.</param>
    /// <param name="options">How to call it.</param>
    /// <returns>Its output.</returns>
    /// <exception cref="TaskFailedException">It failed.</exception>
    public abstract Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null);

    /// <summary>Runs another orchestration without input and waits for its end.</summary>
    /// <typeparam name="TResult">The type of its output.</typeparam>
    /// <param name="orchestratorName">The name of its orchestrator.</param>
    /// <param name="options">How to call it.</param>
    /// <returns>Its output.</returns>
    /// <exception cref="TaskFailedException">It failed.</exception>
    public virtual Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, TaskOptions options) =>
        CallSubOrchestratorAsync<TResult>(orchestratorName, null, options);

    /// <summary>Runs another orchestration without input and waits for its end.</summary>
    /// <param name="orchestratorName">The name of its orchestrator.</param>
    /// <param name="options">How to call it.</param>
    /// <returns>Its end.</returns>
    /// <exception cref="TaskFailedException">It failed.</exception>
    public virtual Task CallSubOrchestratorAsync(TaskName orchestratorName, TaskOptions options) =>
        CallSubOrchestratorAsync(orchestratorName, null, options);

    /// <summary>Runs another orchestration and waits for its end.</summary>
    /// <param name="orchestratorName">The name of its orchestrator.</param>
    /// <param name="input">Its input.</param>
    /// <param name="options">How to call it.</param>
    /// <returns>Its end.</returns>
    /// <exception cref="TaskFailedException">It failed.</exception>
    public virtual Task CallSubOrchestratorAsync(TaskName orchestratorName, object? input = null, TaskOptions? options = null) =>
        CallSubOrchestratorAsync<object>(orchestratorName, input, options);

    /// <summary>Starts over with an empty history once the orchestrator returns, which it should do at once.</summary>
    /// <param name="newInput">The input of the next run.</param>
    /// <param name="preserveUnprocessedEvents">Whether external events that nobody has taken go to the next run.</param>
    public abstract void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true);

    /// <summary>Starts over with an empty history once the orchestrator returns, which it should do at once.</summary>
    /// <param name="options">How.</param>
    public virtual void ContinueAsNew(ContinueAsNewOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ContinueAsNew(options.NewInput, options.PreserveUnprocessedEvents);
    }

    /// <summary>Makes an id that is the same in every replay (RFC 4122 version 5).</summary>
    /// <returns>The id.</returns>
    public abstract Guid NewGuid();

    /// <summary>Makes a logger that writes nothing while <see cref="IsReplaying"/>.</summary>
    /// <param name="categoryName">Its category.</param>
    /// <returns>The logger.</returns>
    public virtual ILogger CreateReplaySafeLogger(string categoryName) => ReplaySafeLoggerFactory.CreateLogger(categoryName);

    /// <summary>Makes a logger that writes nothing while <see cref="IsReplaying"/>.</summary>
    /// <param name="type">Names its category.</param>
    /// <returns>The logger.</returns>
    public virtual ILogger CreateReplaySafeLogger(Type type) => ReplaySafeLoggerFactory.CreateLogger(type);

    /// <summary>Makes a logger that writes nothing while <see cref="IsReplaying"/>.</summary>
    /// <typeparam name="T">Names its category.</typeparam>
    /// <returns>The logger.</returns>
    public virtual ILogger CreateReplaySafeLogger<T>() => ReplaySafeLoggerFactory.CreateLogger<T>();

    /// <summary>Compares the version of the instance with another.</summary>
    /// <param name="version">The other.</param>
    /// <returns>Less than, equal to or greater than zero.</returns>
    public virtual int CompareVersionTo(string version) => TaskOrchestrationVersioningUtils.CompareVersions(Version, version);
}

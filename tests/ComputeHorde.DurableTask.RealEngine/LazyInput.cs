using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.DurableTask.RealEngine;

/// <summary>
/// An orchestrator whose context reads the input as whatever type it is asked for, as that of the Functions worker does. The shim's own
/// casts the one object that it has read.
/// </summary>
internal sealed class LazyInput(ITaskOrchestrator orchestrator, string? text, DataConverter converter) : ITaskOrchestrator
{
    public Type InputType => orchestrator.InputType;

    public Type OutputType => orchestrator.OutputType;

    public Task<object?> RunAsync(TaskOrchestrationContext context, object? input) =>
        orchestrator.RunAsync(new Context(context, input, text, converter), input);

    private sealed class Context(TaskOrchestrationContext inner, object? input, string? text, DataConverter converter)
        : TaskOrchestrationContext
    {
        public override TaskName Name => inner.Name;

        public override string InstanceId => inner.InstanceId;

        public override ParentOrchestrationInstance? Parent => inner.Parent;

        public override DateTime CurrentUtcDateTime => inner.CurrentUtcDateTime;

        public override bool IsReplaying => inner.IsReplaying;

        public override string Version => inner.Version;

        public override IReadOnlyDictionary<string, object?> Properties => inner.Properties;

        public override TaskOrchestrationEntityFeature Entities => inner.Entities;

        protected override ILoggerFactory LoggerFactory => inner.ReplaySafeLoggerFactory;

        public override T? GetInput<T>()
            where T : default => input is T typed ? typed : converter.Deserialize<T>(text);

        public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null) =>
            inner.CallActivityAsync<TResult>(name, input, options);

        public override Task<TResult> CallSubOrchestratorAsync<TResult>(
            TaskName orchestratorName,
            object? input = null,
            TaskOptions? options = null
        ) => inner.CallSubOrchestratorAsync<TResult>(orchestratorName, input, options);

        public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken) =>
            inner.CreateTimer(fireAt, cancellationToken);

        public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default) =>
            inner.WaitForExternalEvent<T>(eventName, cancellationToken);

        public override void SendEvent(string instanceId, string eventName, object payload) =>
            inner.SendEvent(instanceId, eventName, payload);

        public override void SetCustomStatus(object? customStatus) => inner.SetCustomStatus(customStatus);

        public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
            inner.ContinueAsNew(newInput, preserveUnprocessedEvents);

        public override void ContinueAsNew(ContinueAsNewOptions options) => inner.ContinueAsNew(options);

        public override Guid NewGuid() => inner.NewGuid();

        public override int CompareVersionTo(string version) => inner.CompareVersionTo(version);
    }
}

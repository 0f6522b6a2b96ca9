using DurableTask.Core;
using DurableTask.Core.Middleware;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Worker;
using Microsoft.DurableTask.Worker.Shims;

namespace ComputeHorde.DurableTask.RealEngine;

/// <summary>The orchestrators of an application, by name alone, as the engine wants them.</summary>
internal sealed class Orchestrators(
    IDurableTaskFactory tasks,
    IServiceProvider services,
    DurableTaskShimFactory shims,
    DataConverter converter
) : INameVersionObjectManager<TaskOrchestration>
{
    private static readonly AsyncLocal<ParentOrchestrationInstance?> Parent = new();

    public void Add(ObjectCreator<TaskOrchestration> creator) => throw new NotSupportedException();

    public TaskOrchestration? GetObject(string name, string? version) =>
        tasks.TryCreateOrchestrator(name, services, out var orchestrator)
            ? new Orchestration((parent, input) => shims.CreateOrchestration(name, new LazyInput(orchestrator, input, converter), parent))
            : null;

    /// <summary>
    /// Tells the orchestration that runs next of its parent, which the engine does not do where it asks for the orchestration.
    /// </summary>
    public static Task SetParentAsync(DispatchMiddlewareContext context, Func<Task> next)
    {
        var parent = context.GetProperty<OrchestrationRuntimeState>()?.ParentInstance;
        Parent.Value = parent is null ? null : new ParentOrchestrationInstance(parent.Name, parent.OrchestrationInstance.InstanceId);
        return next();
    }

    private sealed class Orchestration(Func<ParentOrchestrationInstance?, string?, TaskOrchestration> create) : TaskOrchestration
    {
        private TaskOrchestration? _shim;

        public override Task<string> Execute(OrchestrationContext context, string input) =>
            (_shim ??= create(Parent.Value, input)).Execute(context, input);

        public override void RaiseEvent(OrchestrationContext context, string name, string input) => _shim?.RaiseEvent(context, name, input);

        public override string? GetStatus() => _shim?.GetStatus();
    }
}

using ComputeHorde.Functions.Local.Invocation;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.DurableTask;

namespace ComputeHorde.Functions.Local.Durable;

/// <summary>An orchestrator function, as the engine runs it.</summary>
internal sealed class FunctionOrchestrator(RunnableFunction function, FunctionRunner runner) : ITaskOrchestrator
{
    public string Name { get; } = ((OrchestrationTriggerAttribute)function.Descriptor.Trigger.Attribute).Orchestration ?? function.Name;

    /// <summary>The first parameter that is neither bound nor about the invocation takes the input.</summary>
    public Type InputType { get; } =
        function
            .Descriptor.Method.GetParameters()
            .FirstOrDefault(parameter =>
                !parameter.IsDefined(typeof(BindingAttribute), inherit: true)
                && parameter.ParameterType != typeof(FunctionContext)
                && parameter.ParameterType != typeof(CancellationToken)
            )
            ?.ParameterType
        ?? typeof(object);

    public Type OutputType => typeof(object);

    public Task<object?> RunAsync(TaskOrchestrationContext context, object? input) =>
        runner.RunOrchestratorAsync(
            function,
            new TriggerInput(new OrchestrationCall(context, input), TriggerInput.NoData, "orchestration")
        );
}

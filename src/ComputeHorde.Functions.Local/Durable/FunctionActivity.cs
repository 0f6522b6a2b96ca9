using System.Reflection;
using ComputeHorde.Functions.Local.Invocation;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace ComputeHorde.Functions.Local.Durable;

/// <summary>An activity function, as the engine runs it.</summary>
/// <param name="function">The function.</param>
/// <param name="runner">Runs it.</param>
/// <param name="stopping">Tells when the engine wants its activities to end.</param>
internal sealed class FunctionActivity(RunnableFunction function, FunctionRunner runner, Func<CancellationToken> stopping) : ITaskActivity
{
    public string Name { get; } = ((ActivityTriggerAttribute)function.Descriptor.Trigger.Attribute).Activity ?? function.Name;

    public Type InputType { get; } = TypeOfInput(function.Descriptor.Method);

    public Type OutputType => typeof(object);

    public Task<object?> RunAsync(TaskActivityContext context, object? input)
    {
        var data = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase) { ["instanceId"] = context.InstanceId };
        return runner.RunAsync(function, new TriggerInput(input, data, "activity of " + context.InstanceId), cancellation: stopping());
    }

    private static Type TypeOfInput(MethodInfo method)
    {
        var type = method.GetParameters().Single(parameter => parameter.IsDefined(typeof(ActivityTriggerAttribute))).ParameterType;
        return type == typeof(FunctionContext) ? typeof(object) : type;
    }
}

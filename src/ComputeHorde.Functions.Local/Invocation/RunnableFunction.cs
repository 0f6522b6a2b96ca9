using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace ComputeHorde.Functions.Local.Invocation;

/// <summary>Makes a parameter's value for one invocation.</summary>
internal delegate ValueTask<object?> ParameterBinder(LocalFunctionContext context);

/// <summary>A function that is ready to run: its method, bound parameter by parameter.</summary>
internal sealed class RunnableFunction
{
    private readonly MethodInvoker _method;
    private readonly ObjectFactory? _factory;
    private readonly ParameterBinder[] _parameters;
    private readonly Func<object, object?>? _taskResult;

    public RunnableFunction(
        FunctionDescriptor descriptor,
        Func<FunctionDescriptor, ParameterInfo, ParameterBinder> bind,
        FunctionOutputs outputs
    )
    {
        Outputs = outputs;
        Descriptor = descriptor;
        Definition = new LocalFunctionDefinition(descriptor);
        _method = MethodInvoker.Create(descriptor.Method);
        _parameters = [.. descriptor.Method.GetParameters().Select(parameter => bind(descriptor, parameter))];
        _taskResult = TaskResultOf(descriptor.Method.ReturnType);
        if (!descriptor.Method.IsStatic)
        {
            try
            {
                _factory = ActivatorUtilities.CreateFactory(descriptor.Method.DeclaringType!, []);
            }
            catch (InvalidOperationException exception)
            {
                throw new LocalFunctionsException($"Function '{descriptor.Name}': {exception.Message}", exception);
            }
        }
    }

    public FunctionDescriptor Descriptor { get; }

    public FunctionDefinition Definition { get; }

    public FunctionOutputs Outputs { get; }

    public string Name => Descriptor.Name;

    /// <summary>Makes the instance and the arguments, runs the method, keeps what it returned in the context and sends it out.</summary>
    public async Task InvokeAsync(LocalFunctionContext context)
    {
        var arguments = new object?[_parameters.Length];
        object? instance = null;
        try
        {
            for (var i = 0; i < arguments.Length; i++)
            {
                arguments[i] = await _parameters[i](context);
            }

            instance = _factory?.Invoke(context.InstanceServices, null);
            context.Result = await ResultOf(_method.Invoke(instance, arguments.AsSpan()));
            await Outputs.WriteAsync(context);
        }
        finally
        {
            if (instance is IAsyncDisposable asynchronous)
            {
                await asynchronous.DisposeAsync();
            }
            else
            {
                (instance as IDisposable)?.Dispose();
            }

            context.DisposeOwned();
        }
    }

    private async ValueTask<object?> ResultOf(object? returned)
    {
        switch (returned)
        {
            case Task task:
                await task;
                return _taskResult?.Invoke(task);
            case ValueTask task:
                await task;
                return null;
            case not null when _taskResult is not null:
                var asTask = (Task)_taskResult(returned)!;
                await asTask;
                return TaskResultOf(asTask.GetType())!(asTask);
            default:
                return returned;
        }
    }

    /// <summary>For Task&lt;T&gt;: reads the result. For ValueTask&lt;T&gt;: makes it a Task&lt;T&gt;.</summary>
    private static Func<object, object?>? TaskResultOf(Type type)
    {
        for (var current = type; current is not null; current = current.BaseType)
        {
            if (!current.IsGenericType)
            {
                continue;
            }

            if (current.GetGenericTypeDefinition() == typeof(Task<>))
            {
                return current.GetProperty(nameof(Task<>.Result))!.GetValue;
            }

            if (current.GetGenericTypeDefinition() == typeof(ValueTask<>))
            {
                var asTask = MethodInvoker.Create(current.GetMethod(nameof(ValueTask<>.AsTask))!);
                return value => asTask.Invoke(value);
            }
        }

        return null;
    }
}

using System.Reflection;
using ComputeHorde.Functions.Local.Blobs;
using ComputeHorde.Functions.Local.Durable;
using ComputeHorde.Functions.Local.Http;
using ComputeHorde.Functions.Local.Queues;
using ComputeHorde.Functions.Local.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Functions.Local.Invocation;

/// <summary>Decides, parameter by parameter, where a function's arguments come from.</summary>
internal sealed class ParameterBinders(ValueConverter converter, StorageClients storage, Func<DurableTaskClient> durableClient)
{
    /// <exception cref="LocalFunctionsException">The parameter's type does not fit its binding.</exception>
    public ParameterBinder Create(FunctionDescriptor function, ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (type == typeof(FunctionContext))
        {
            return static context => new(context);
        }

        if (type == typeof(CancellationToken))
        {
            return static context => new(context.CancellationToken);
        }

        if (parameter.IsDefined(typeof(FromBodyAttribute), inherit: false))
        {
            return new RequestBody(type).ReadAsync;
        }

        return parameter.GetCustomAttribute<BindingAttribute>() switch
        {
            HttpTriggerAttribute => Exactly<HttpRequest>(
                function,
                parameter,
                static context => new(((HttpContext)context.Trigger.Value!).Request)
            ),
            QueueTriggerAttribute => QueueBinding.Trigger(type, converter),
            BlobTriggerAttribute => BlobBinding.Trigger(type, converter),
            BlobInputAttribute input => BlobBinding.Input(input, type, converter, storage, function),
            TimerTriggerAttribute => Exactly<TimerInfo>(function, parameter, static context => new(context.Trigger.Value)),
            ActivityTriggerAttribute => static context => new(context.Trigger.Value),
            OrchestrationTriggerAttribute => Exactly<TaskOrchestrationContext>(
                function,
                parameter,
                static context => new(((OrchestrationCall)context.Trigger.Value!).Context)
            ),
            DurableClientAttribute => Exactly<DurableTaskClient>(function, parameter, _ => new(durableClient())),
            _ when function.Trigger.Attribute is OrchestrationTriggerAttribute => static context =>
                new(((OrchestrationCall)context.Trigger.Value!).Input),
            _ => ByName(function, parameter),
        };
    }

    private ParameterBinder ByName(FunctionDescriptor function, ParameterInfo parameter) =>
        context =>
        {
            if (context.Trigger.Data.TryGetValue(parameter.Name!, out var value) && value is not null)
            {
                return new(converter.ToType(value, parameter.ParameterType, parameter.Name!));
            }

            if (parameter.HasDefaultValue)
            {
                return new(parameter.DefaultValue);
            }

            if (!parameter.ParameterType.IsValueType || Nullable.GetUnderlyingType(parameter.ParameterType) is not null)
            {
                return new((object?)null);
            }

            throw new FunctionInputException(
                $"Function '{function.Name}': the trigger has no value named '{parameter.Name}' for the parameter of that name."
            );
        };

    private static ParameterBinder Exactly<T>(FunctionDescriptor function, ParameterInfo parameter, ParameterBinder binder) =>
        parameter.ParameterType.IsAssignableFrom(typeof(T))
            ? binder
            : throw new LocalFunctionsException(
                $"Function '{function.Name}': parameter '{parameter.Name}' must be a {typeof(T).Name}, but is a {parameter.ParameterType.Name}."
            );
}

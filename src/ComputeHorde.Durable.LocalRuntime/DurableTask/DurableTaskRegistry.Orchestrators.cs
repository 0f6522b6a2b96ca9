using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.DurableTask;

public sealed partial class DurableTaskRegistry
{
    /// <summary>Adds an orchestrator of a version.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="version">Its version.</param>
    /// <param name="factory">Makes it.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddOrchestrator(TaskName name, TaskVersion version, Func<ITaskOrchestrator> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return RegisterOrchestrator(name, version, _ => factory());
    }

    /// <summary>Adds an orchestrator.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="factory">Makes it.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddOrchestrator(TaskName name, Func<ITaskOrchestrator> factory) => AddOrchestrator(name, default, factory);

    /// <summary>Adds an orchestrator class; services are injected into its constructor.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">The class.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddOrchestrator(TaskName name, Type type)
    {
        RequireConcrete<ITaskOrchestrator>(type);
        return RegisterOrchestrator(name, VersionOf(type), provider => (ITaskOrchestrator)ActivatorUtilities.GetServiceOrCreateInstance(provider, type));
    }

    /// <summary>Adds an orchestrator class under its own name.</summary>
    /// <param name="type">The class.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddOrchestrator(Type type)
    {
        RequireConcrete<ITaskOrchestrator>(type);
        return AddOrchestrator(NameOf(type), type);
    }

    /// <summary>Adds an orchestrator class.</summary>
    /// <typeparam name="TOrchestrator">The class.</typeparam>
    /// <param name="name">Its name.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddOrchestrator<TOrchestrator>(TaskName name)
        where TOrchestrator : class, ITaskOrchestrator => AddOrchestrator(name, typeof(TOrchestrator));

    /// <summary>Adds an orchestrator class under its own name.</summary>
    /// <typeparam name="TOrchestrator">The class.</typeparam>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddOrchestrator<TOrchestrator>()
        where TOrchestrator : class, ITaskOrchestrator => AddOrchestrator(typeof(TOrchestrator));

    /// <summary>Adds one object that serves every call.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="orchestrator">The object.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddOrchestrator(TaskName name, ITaskOrchestrator orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return RegisterOrchestrator(name, VersionOf(orchestrator.GetType()), _ => orchestrator);
    }

    /// <summary>Adds one object that serves every call, under the name of its class.</summary>
    /// <param name="orchestrator">The object.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddOrchestrator(ITaskOrchestrator orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return AddOrchestrator(NameOf(orchestrator.GetType()), orchestrator);
    }

    /// <summary>Adds a function as an orchestrator.</summary>
    /// <typeparam name="TInput">The type of the input.</typeparam>
    /// <typeparam name="TOutput">The type of the output.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="orchestrator">What to run.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddOrchestratorFunc<TInput, TOutput>(TaskName name, Func<TaskOrchestrationContext, TInput, Task<TOutput>> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return AddOrchestrator(name, FuncTaskOrchestrator.Create(orchestrator));
    }

    /// <summary>Adds a function as an orchestrator.</summary>
    /// <typeparam name="TInput">The type of the input.</typeparam>
    /// <typeparam name="TOutput">The type of the output.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="version">Its version.</param>
    /// <param name="orchestrator">What to run.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddOrchestratorFunc<TInput, TOutput>(TaskName name, TaskVersion version, Func<TaskOrchestrationContext, TInput, Task<TOutput>> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        var made = FuncTaskOrchestrator.Create(orchestrator);
        return AddOrchestrator(name, version, () => made);
    }

    /// <summary>Adds a function as an orchestrator.</summary>
    /// <typeparam name="TInput">The type of the input.</typeparam>
    /// <typeparam name="TOutput">The type of the output.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="orchestrator">What to run.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddOrchestratorFunc<TInput, TOutput>(TaskName name, Func<TaskOrchestrationContext, TInput, TOutput> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return AddOrchestratorFunc<TInput, TOutput>(name, (context, input) => Task.FromResult(orchestrator(context, input)));
    }

    /// <summary>Adds a function as an orchestrator.</summary>
    /// <typeparam name="TInput">The type of the input.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="orchestrator">What to run.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddOrchestratorFunc<TInput>(TaskName name, Func<TaskOrchestrationContext, TInput, Task> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return AddOrchestratorFunc<TInput, object?>(name, async (context, input) =>
        {
            await orchestrator(context, input);
            return null;
        });
    }

    /// <summary>Adds a function as an orchestrator.</summary>
    /// <typeparam name="TOutput">The type of the output.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="orchestrator">What to run.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddOrchestratorFunc<TOutput>(TaskName name, Func<TaskOrchestrationContext, Task<TOutput>> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return AddOrchestratorFunc<object?, TOutput>(name, (context, _) => orchestrator(context));
    }

    /// <summary>Adds a function as an orchestrator.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="orchestrator">What to run.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddOrchestratorFunc(TaskName name, Func<TaskOrchestrationContext, Task> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return AddOrchestratorFunc<object?, object?>(name, async (context, _) =>
        {
            await orchestrator(context);
            return null;
        });
    }

    /// <summary>Adds a function as an orchestrator.</summary>
    /// <typeparam name="TOutput">The type of the output.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="orchestrator">What to run.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddOrchestratorFunc<TOutput>(TaskName name, Func<TaskOrchestrationContext, TOutput> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return AddOrchestratorFunc<object?, TOutput>(name, (context, _) => Task.FromResult(orchestrator(context)));
    }

    /// <summary>Adds a function as an orchestrator.</summary>
    /// <typeparam name="TInput">The type of the input.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="orchestrator">What to run.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddOrchestratorFunc<TInput>(TaskName name, Action<TaskOrchestrationContext, TInput> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return AddOrchestratorFunc<TInput, object?>(name, (context, input) =>
        {
            orchestrator(context, input);
            return Task.FromResult<object?>(null);
        });
    }

    /// <summary>Adds a function as an orchestrator.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="orchestrator">What to run.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddOrchestratorFunc(TaskName name, Action<TaskOrchestrationContext> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return AddOrchestratorFunc<object?, object?>(name, (context, _) =>
        {
            orchestrator(context);
            return Task.FromResult<object?>(null);
        });
    }

    /// <summary>The registered orchestrators, of every version.</summary>
    /// <returns>Names and factories.</returns>
    public IEnumerable<KeyValuePair<TaskName, Func<IServiceProvider, ITaskOrchestrator>>> GetOrchestrators() =>
        _orchestrators.Select(entry => KeyValuePair.Create(entry.Key.Name, entry.Value));

    /// <summary>Adds an orchestrator that services help to make.</summary>
    internal DurableTaskRegistry RegisterOrchestrator(TaskName name, TaskVersion version, Func<IServiceProvider, ITaskOrchestrator> factory)
    {
        Add(_orchestrators, name, version, factory, nameof(ITaskOrchestrator));
        return this;
    }
}

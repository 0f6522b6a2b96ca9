using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.DurableTask;

public sealed partial class DurableTaskRegistry
{
    /// <summary>Adds an activity that services help to make.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="factory">Makes it.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddActivity(TaskName name, Func<IServiceProvider, ITaskActivity> factory) => RegisterActivity(name, default, factory);

    /// <summary>Adds an activity of a version.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="version">Its version.</param>
    /// <param name="factory">Makes it.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddActivity(TaskName name, TaskVersion version, Func<ITaskActivity> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return RegisterActivity(name, version, _ => factory());
    }

    /// <summary>Adds an activity class; services are injected into its constructor.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">The class.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddActivity(TaskName name, Type type)
    {
        RequireConcrete<ITaskActivity>(type);
        return RegisterActivity(name, VersionOf(type), provider => (ITaskActivity)ActivatorUtilities.GetServiceOrCreateInstance(provider, type));
    }

    /// <summary>Adds an activity class under its own name.</summary>
    /// <param name="type">The class.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddActivity(Type type)
    {
        RequireConcrete<ITaskActivity>(type);
        return AddActivity(NameOf(type), type);
    }

    /// <summary>Adds an activity class.</summary>
    /// <typeparam name="TActivity">The class.</typeparam>
    /// <param name="name">Its name.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddActivity<TActivity>(TaskName name)
        where TActivity : class, ITaskActivity => AddActivity(name, typeof(TActivity));

    /// <summary>Adds an activity class under its own name.</summary>
    /// <typeparam name="TActivity">The class.</typeparam>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddActivity<TActivity>()
        where TActivity : class, ITaskActivity => AddActivity(typeof(TActivity));

    /// <summary>Adds one object that serves every call.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="activity">The object.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddActivity(TaskName name, ITaskActivity activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return RegisterActivity(name, VersionOf(activity.GetType()), _ => activity);
    }

    /// <summary>Adds one object that serves every call, under the name of its class.</summary>
    /// <param name="activity">The object.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddActivity(ITaskActivity activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return AddActivity(NameOf(activity.GetType()), activity);
    }

    /// <summary>Adds a function as an activity.</summary>
    /// <typeparam name="TInput">The type of the input.</typeparam>
    /// <typeparam name="TOutput">The type of the output.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="activity">What to run.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddActivityFunc<TInput, TOutput>(TaskName name, Func<TaskActivityContext, TInput, Task<TOutput>> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return AddActivity(name, FuncTaskActivity.Create(activity));
    }

    /// <summary>Adds a function as an activity.</summary>
    /// <typeparam name="TInput">The type of the input.</typeparam>
    /// <typeparam name="TOutput">The type of the output.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="version">Its version.</param>
    /// <param name="activity">What to run.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddActivityFunc<TInput, TOutput>(TaskName name, TaskVersion version, Func<TaskActivityContext, TInput, Task<TOutput>> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        var made = FuncTaskActivity.Create(activity);
        return AddActivity(name, version, () => made);
    }

    /// <summary>Adds a function as an activity.</summary>
    /// <typeparam name="TInput">The type of the input.</typeparam>
    /// <typeparam name="TOutput">The type of the output.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="activity">What to run.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddActivityFunc<TInput, TOutput>(TaskName name, Func<TaskActivityContext, TInput, TOutput> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return AddActivityFunc<TInput, TOutput>(name, (context, input) => Task.FromResult(activity(context, input)));
    }

    /// <summary>Adds a function as an activity.</summary>
    /// <typeparam name="TInput">The type of the input.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="activity">What to run.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddActivityFunc<TInput>(TaskName name, Func<TaskActivityContext, TInput, Task> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return AddActivityFunc<TInput, object?>(name, async (context, input) =>
        {
            await activity(context, input);
            return null;
        });
    }

    /// <summary>Adds a function as an activity.</summary>
    /// <typeparam name="TOutput">The type of the output.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="activity">What to run.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddActivityFunc<TOutput>(TaskName name, Func<TaskActivityContext, Task<TOutput>> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return AddActivityFunc<object?, TOutput>(name, (context, _) => activity(context));
    }

    /// <summary>Adds a function as an activity.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="activity">What to run.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddActivityFunc(TaskName name, Func<TaskActivityContext, Task> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return AddActivityFunc<object?, object?>(name, async (context, _) =>
        {
            await activity(context);
            return null;
        });
    }

    /// <summary>Adds a function as an activity.</summary>
    /// <typeparam name="TOutput">The type of the output.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="activity">What to run.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddActivityFunc<TOutput>(TaskName name, Func<TaskActivityContext, TOutput> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return AddActivityFunc<object?, TOutput>(name, (context, _) => Task.FromResult(activity(context)));
    }

    /// <summary>Adds a function as an activity.</summary>
    /// <typeparam name="TInput">The type of the input.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="activity">What to run.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddActivityFunc<TInput>(TaskName name, Action<TaskActivityContext, TInput> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return AddActivityFunc<TInput, object?>(name, (context, input) =>
        {
            activity(context, input);
            return Task.FromResult<object?>(null);
        });
    }

    /// <summary>Adds a function as an activity.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="activity">What to run.</param>
    /// <returns>The registry.</returns>
    public DurableTaskRegistry AddActivityFunc(TaskName name, Action<TaskActivityContext> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return AddActivityFunc<object?, object?>(name, (context, _) =>
        {
            activity(context);
            return Task.FromResult<object?>(null);
        });
    }

    /// <summary>The registered activities, of every version.</summary>
    /// <returns>Names and factories.</returns>
    public IEnumerable<KeyValuePair<TaskName, Func<IServiceProvider, ITaskActivity>>> GetActivities() =>
        _activities.Select(entry => KeyValuePair.Create(entry.Key.Name, entry.Value));

    /// <summary>Adds an activity that services help to make.</summary>
    internal DurableTaskRegistry RegisterActivity(TaskName name, TaskVersion version, Func<IServiceProvider, ITaskActivity> factory)
    {
        Add(_activities, name, version, factory, nameof(ITaskActivity));
        return this;
    }
}

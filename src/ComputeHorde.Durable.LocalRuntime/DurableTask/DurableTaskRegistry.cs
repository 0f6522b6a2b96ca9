namespace Microsoft.DurableTask;

/// <summary>The orchestrators and activities of a host. Adding a name twice in one version is an error.</summary>
public sealed partial class DurableTaskRegistry
{
    private readonly Dictionary<(TaskName Name, TaskVersion Version), Func<IServiceProvider, ITaskOrchestrator>> _orchestrators = [];
    private readonly Dictionary<(TaskName Name, TaskVersion Version), Func<IServiceProvider, ITaskActivity>> _activities = [];

    /// <summary>Finds the orchestrator of a name: of exactly this version, or the unversioned one if there are no versions.</summary>
    internal Func<IServiceProvider, ITaskOrchestrator>? FindOrchestrator(TaskName name, TaskVersion version) =>
        Find(_orchestrators, name, version);

    /// <summary>Finds the activity of a name: of exactly this version, or the unversioned one if there are no versions.</summary>
    internal Func<IServiceProvider, ITaskActivity>? FindActivity(TaskName name, TaskVersion version) => Find(_activities, name, version);

    private static T? Find<T>(Dictionary<(TaskName Name, TaskVersion Version), T> tasks, TaskName name, TaskVersion version)
        where T : class
    {
        return tasks.TryGetValue((name, version), out var exact) || version == TaskVersion.Unversioned || HasVersions(tasks, name)
            ? exact
            : tasks.GetValueOrDefault((name, TaskVersion.Unversioned));
    }

    private static bool HasVersions<T>(Dictionary<(TaskName Name, TaskVersion Version), T> tasks, TaskName name) =>
        tasks.Keys.Any(key => key.Name == name && key.Version != TaskVersion.Unversioned);

    private static void Add<T>(
        Dictionary<(TaskName Name, TaskVersion Version), T> tasks, TaskName name, TaskVersion version, T factory, string kind)
    {
        ArgumentNullException.ThrowIfNull(factory);
        if (name == default)
        {
            throw new ArgumentException("The name is empty.", nameof(name));
        }

        if (!tasks.TryAdd((name, version), factory))
        {
            var ofVersion = version == TaskVersion.Unversioned ? "" : $" with version '{version.Version}'";
            throw new ArgumentException($"An {kind} named '{name}'{ofVersion} is already added.", nameof(name));
        }
    }

    private static void RequireConcrete<T>(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (!type.IsClass || type.IsAbstract || !typeof(T).IsAssignableFrom(type))
        {
            throw new ArgumentException($"{type} is not a concrete class that implements {typeof(T)}.", nameof(type));
        }
    }

    private static DurableTaskAttribute? AttributeOf(Type type) =>
        (DurableTaskAttribute?)Attribute.GetCustomAttribute(type, typeof(DurableTaskAttribute));

    private static TaskName NameOf(Type type) =>
        AttributeOf(type) is { Name.Name: { Length: > 0 } } attribute ? attribute.Name : new TaskName(type.Name);

    private static TaskVersion VersionOf(Type type) => new(AttributeOf(type)?.Version);
}

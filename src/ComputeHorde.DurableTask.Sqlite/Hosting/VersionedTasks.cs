using System.Diagnostics.CodeAnalysis;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Worker;
using Microsoft.DurableTask.Worker.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ComputeHorde.DurableTask.Sqlite;

/// <summary>The tasks of a worker, by name and version.</summary>
internal sealed class VersionedTasks
{
    private readonly TryCreate<ITaskOrchestrator> _orchestrators;
    private readonly TryCreate<ITaskActivity> _activities;

    public VersionedTasks(IDurableTaskFactory factory)
    {
        // The interface that knows versions is internal to the SDK, which its own workers use; a factory without it knows only names.
        var versioned = factory.GetType().GetInterface("Microsoft.DurableTask.Worker.IVersionedTaskFactory");
        _orchestrators =
            versioned?.GetMethod(nameof(factory.TryCreateOrchestrator))?.CreateDelegate<TryCreate<ITaskOrchestrator>>(factory)
            ?? (
                (TaskName name, TaskVersion _, IServiceProvider services, [NotNullWhen(true)] out ITaskOrchestrator? task) =>
                    factory.TryCreateOrchestrator(name, services, out task)
            );
        _activities =
            versioned?.GetMethod(nameof(factory.TryCreateActivity))?.CreateDelegate<TryCreate<ITaskActivity>>(factory)
            ?? (
                (TaskName name, TaskVersion _, IServiceProvider services, [NotNullWhen(true)] out ITaskActivity? task) =>
                    factory.TryCreateActivity(name, services, out task)
            );
    }

    private delegate bool TryCreate<T>(TaskName name, TaskVersion version, IServiceProvider services, [NotNullWhen(true)] out T? task);

    /// <summary>The tasks that an action adds to a registry.</summary>
    public static VersionedTasks Of(Action<DurableTaskRegistry> configure)
    {
        // Only a worker gets to see what its builder makes of a registry.
        var services = new ServiceCollection();
        services.AddDurableTaskWorker(worker => worker.AddTasks(configure).UseBuildTarget<FactoryHolder>());
        using var provider = services.BuildServiceProvider();
        return new VersionedTasks(((FactoryHolder)provider.GetRequiredService<IHostedService>()).TaskFactory);
    }

    public ITaskOrchestrator? CreateOrchestrator(string name, string? version, IServiceProvider services) =>
        _orchestrators(name, new TaskVersion(version), services, out var task) ? task : null;

    public ITaskActivity? CreateActivity(string name, string? version, IServiceProvider services) =>
        _activities(name, new TaskVersion(version), services, out var task) ? task : null;

    private sealed class FactoryHolder(string name, IDurableTaskFactory factory) : DurableTaskWorker(name, factory)
    {
        public IDurableTaskFactory TaskFactory => Factory;

        protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.CompletedTask;
    }
}

using DurableTask.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Worker;
using Microsoft.DurableTask.Worker.Shims;

namespace ComputeHorde.DurableTask.RealEngine;

/// <summary>The activities of an application, by name alone, as the engine wants them.</summary>
internal sealed class Activities(IDurableTaskFactory tasks, IServiceProvider services, DurableTaskShimFactory shims)
    : INameVersionObjectManager<TaskActivity>
{
    public void Add(ObjectCreator<TaskActivity> creator) => throw new NotSupportedException();

    public TaskActivity? GetObject(string name, string? version) =>
        tasks.TryCreateActivity(name, services, out var activity) ? shims.CreateActivity(name, activity) : null;
}

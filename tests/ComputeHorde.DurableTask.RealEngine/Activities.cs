using DurableTask.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Worker.Shims;

namespace ComputeHorde.DurableTask.RealEngine;

/// <summary>The activities of a registry, by name alone, as the engine wants them.</summary>
internal sealed class Activities(DurableTaskRegistry registry, DurableTaskShimFactory shims) : INameVersionObjectManager<TaskActivity>
{
    public void Add(ObjectCreator<TaskActivity> creator) => throw new NotSupportedException();

    public TaskActivity? GetObject(string name, string? version) =>
        registry.GetActivities().FirstOrDefault(task => task.Key == name) is { Value: { } create, Key: var key }
            ? shims.CreateActivity(key, create(NoServices.Instance))
            : null;
}

using ComputeHorde.Simulation.Chaos;
using Microsoft.DurableTask;

namespace ComputeHorde.Simulation.World;

/// <summary>
/// An activity, as the back end of a task hub has one run: on any host that lives, again on another when that died, and now and then once
/// more although it was done.
/// </summary>
internal sealed class RoutedActivity(Life world, string name, Type inputType) : ITaskActivity
{
    private readonly int _process = world.Process;

    /// <summary>How long a back end hides a message that somebody works at.</summary>
    private static readonly TimeSpan Hidden = TimeSpan.FromMinutes(1);

    public Type InputType => inputType;

    public Type OutputType => typeof(object);

    public async Task<object?> RunAsync(TaskActivityContext context, object? input)
    {
        var operation = $"{name} {context.InstanceId}";
        while (true)
        {
            var host = await world.AnyHostAsync(operation);
            if (world.Process != _process)
            {
                // What died with a process that had the engine in it is run again by the engine of the next one.
                return await new TaskCompletionSource<object?>().Task;
            }

            try
            {
                var fault = host.Draw(Seam.Delivery, operation, out var call);
                if (fault == FaultKind.DeathBefore)
                {
                    throw host.Die(call);
                }

                var result = await host.ActivityAsync(name, context, input);
                if (fault == FaultKind.DeathAfter)
                {
                    throw host.Die(call);
                }

                host.RequireLife(call);
                if (fault == FaultKind.Repeated && world.Scenario.IsAzure)
                {
                    Background.Begin(() => RepeatAsync(context, input, call));
                }

                return result;
            }
            catch (Exception) when (host.IsDead)
            {
                await world.Time.Delay(Hidden);
            }
        }
    }

    /// <summary>The back end did not hear that it was done.</summary>
    private async Task RepeatAsync(TaskActivityContext context, object? input, string call)
    {
        await world.Time.Delay(TimeSpan.FromMinutes(1 + (10 * world.Fate.Chance("again " + call))));
        var host = await world.AnyHostAsync("again " + call);
        await host.ActivityAsync(name, context, input);
    }
}

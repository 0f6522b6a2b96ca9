using ComputeHorde.Durable.Storage;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Schedules;

/// <summary>Starts the runs of schedules when they are due.</summary>
internal sealed class StartScheduled(ScheduleTicker ticker)
{
    /// <summary>Runs on the timer of the poller; most ticks find nothing due and ask nobody.</summary>
    [Function(nameof(StartScheduled))]
    public Task RunAsync(
        [TimerTrigger("%ComputeHordePollSchedule%")] TimerInfo timer,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken
    ) => StorageOutages.LeaveToTheNextTickAsync(() => ticker.TickAsync(durable, cancellationToken), cancellationToken);
}

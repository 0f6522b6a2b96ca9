using ComputeHorde.Durable.Storage;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Retention;

/// <summary>Purges what ended so long ago that nobody wants it any more, a part at a time.</summary>
internal sealed class PurgeEnded(Purge purge)
{
    [Function(nameof(PurgeEnded))]
    public Task RunAsync(
        [TimerTrigger("%ComputeHordeSweepSchedule%")] TimerInfo timer,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken
    ) => StorageOutages.LeaveToTheNextTickAsync(() => purge.RunAsync(durable, cancellationToken), cancellationToken);
}

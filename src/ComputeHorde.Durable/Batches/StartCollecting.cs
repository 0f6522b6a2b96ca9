using ComputeHorde.Durable.Hosting;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Batches;

/// <summary>
/// Starts the collection of a batch's verdicts, once. An activity, because a batch with a sub-orchestration under way does not end before
/// it.
/// </summary>
internal sealed class StartCollecting
{
    [Function(nameof(StartCollecting))]
    public Task<bool> RunAsync(
        [ActivityTrigger] SummariseBatchInput input,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(input);
        return OrchestrationStarter.TryStartAsync(
            durable,
            CollectVerdicts.InstanceId(input.BatchId),
            nameof(CollectVerdicts),
            input,
            cancellationToken
        );
    }
}

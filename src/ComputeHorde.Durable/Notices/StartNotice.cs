using ComputeHorde.Durable.Hosting;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Notices;

/// <summary>
/// Starts the delivery of a notice, once. An activity, because an orchestration with a sub-orchestration under way does not end before it.
/// </summary>
internal sealed class StartNotice
{
    [Function(nameof(StartNotice))]
    public Task<bool> RunAsync(
        [ActivityTrigger] NoticeInput input,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(input);
        return OrchestrationStarter.TryStartAsync(durable, input.InstanceId, nameof(DeliverNotice), input, cancellationToken);
    }
}

using ComputeHorde.Durable.Hosting;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Runs;

/// <summary>
/// Starts the check of a run, once. An activity, because a run with a sub-orchestration under way does not end before it.
/// </summary>
internal sealed class StartCheck
{
    [Function(nameof(StartCheck))]
    public Task<bool> RunAsync(
        [ActivityTrigger] CheckInput input,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(input);
        return OrchestrationStarter.TryStartAsync(
            durable,
            CheckInput.InstanceId(input.RunId),
            CheckInput.Orchestrator,
            input,
            cancellationToken
        );
    }
}

using ComputeHorde.Durable.Runs;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Checks;

/// <summary>Reads verdicts for those who show runs.</summary>
internal sealed class CheckVerdicts : IRunVerdicts
{
    public async Task<object?> FindAsync(DurableTaskClient durable, string runId, CancellationToken cancellationToken)
    {
        var check = await durable.GetInstanceAsync(CheckInput.InstanceId(runId), getInputsAndOutputs: true, cancellationToken);
        return check switch
        {
            { RuntimeStatus: OrchestrationRuntimeStatus.Completed } => check.ReadOutputAs<CheckOutcome>(),
            { IsCompleted: true } => new CheckOutcome(Verdicts.Inconclusive, check.FailureDetails?.ErrorMessage ?? "the check was ended"),
            _ => new CheckOutcome(Verdicts.Pending, "the check is under way"),
        };
    }
}

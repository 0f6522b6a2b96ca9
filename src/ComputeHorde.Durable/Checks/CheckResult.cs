using ComputeHorde.Durable.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace ComputeHorde.Durable.Checks;

/// <summary>
/// Checks what a run returned: runs the job again on the validator's trusted miner and compares. A mismatch counts only when a second
/// trusted run agrees with the first; then the evidence goes to the ledger, and after that the report to the facilitator. The run itself
/// has ended before.
/// </summary>
internal static class CheckResult
{
    [Function(CheckInput.Orchestrator)]
    public static async Task<CheckOutcome> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var input =
            context.GetInput<CheckInput>() ?? throw new ArgumentException("A check needs its input: what a run returned.", nameof(context));
        return await new CheckCourse(context, input).CompleteAsync();
    }
}

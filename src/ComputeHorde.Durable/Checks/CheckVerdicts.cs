using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Storage;
using Microsoft.DurableTask.Client;

namespace ComputeHorde.Durable.Checks;

/// <summary>Reads what the check of a run has found, or is doing.</summary>
internal sealed class CheckVerdicts : IRunVerdicts
{
    public async Task<object?> FindAsync(DurableTaskClient durable, string runId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(durable);
        var check = await durable.GetInstanceAsync(CheckInput.InstanceId(runId), getInputsAndOutputs: true, cancellationToken);
        return check?.RuntimeStatus switch
        {
            null => null,
            OrchestrationRuntimeStatus.Completed => check.ReadOutputAs<CheckOutcome>(),
            OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated => new CheckOutcome(
                Verdicts.Inconclusive,
                HistoryText.Truncate($"the check broke: {check.FailureDetails?.ErrorMessage ?? "it was terminated"}")
            ),
            _ => new CheckOutcome(Verdicts.Pending, Describe(check.ReadCustomStatusAs<CheckProgress>())),
        };
    }

    private static string Describe(CheckProgress? progress) =>
        progress is null ? "the check begins"
        : progress.Note is { } note ? $"{progress.Phase}: {note}"
        : progress.Phase;
}

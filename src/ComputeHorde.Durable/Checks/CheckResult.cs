using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Storage;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace ComputeHorde.Durable.Checks;

/// <summary>
/// Checks a completed job: runs it again on the validator's trusted miner and compares. A mismatch counts only when a second trusted run agrees
/// with the first; then the evidence goes to the ledger, and after that the report to the facilitator.
/// </summary>
internal static class CheckResult
{
    /// <summary>The orchestrator.</summary>
    /// <param name="context">Its only source of time, ids and I/O.</param>
    /// <returns>What was found.</returns>
    [Function(nameof(CheckResult))]
    public static async Task<CheckOutcome> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var input = context.GetInput<CheckInput>() ?? throw new ArgumentException("A cross-validation needs its input.", nameof(context));
        var policy = CheckPolicy.Read(input.Policy);
        var decision = await context.CallActivityAsync<SampleDecision>(
            nameof(DecideSample),
            new SampleInput(input.JobUuid, input.Copy.Namespace, input.ExecutorSeconds, policy) { IsStreaming = input.Copy.IsStreaming, Trace = input.Copy.Trace },
            RetryOptions.Activity);
        if (!decision.IsSampled)
        {
            return new CheckOutcome(Verdicts.NotSampled, decision.Reason);
        }

        var first = await RunTrustedAsync(context, input, copy: 1, firstAttempt: 1);
        if (first.Result is null || first.JobUuid is null)
        {
            return new CheckOutcome(Verdicts.Inconclusive, $"the trusted run ended as '{first.Status}': {first.Failure?.Message ?? first.Failure?.Reason}") { TrustedSeconds = first.ExecutorSeconds };
        }

        var compared = await CompareAsync(context, input, policy, input.Result, first.Result);
        var found = new CheckOutcome(compared.Verdict ?? Verdicts.Inconclusive, compared.Reason) { TrustedJobUuids = [first.JobUuid], TrustedSeconds = first.ExecutorSeconds };
        if (compared.Verdict == Verdicts.Mismatch)
        {
            found = await ConfirmAsync(context, input, policy, first, found);
        }

        if (found.Verdict is Verdicts.Match or Verdicts.Mismatch)
        {
            await context.CallActivityAsync(nameof(RecordVerdict), new SampleVerdict(input.Copy.Namespace, found.Verdict == Verdicts.Mismatch), RetryOptions.Activity);
        }

        if (!context.IsReplaying)
        {
            CheckTelemetry.Checked(found);
        }

        return found;
    }

    private static async Task<CheckOutcome> ConfirmAsync(
        TaskOrchestrationContext context, CheckInput input, CheckPolicy policy, RunOutcome first, CheckOutcome found)
    {
        var second = await RunTrustedAsync(context, input, copy: 2, firstAttempt: 1 + first.Attempts.Count + first.TurnedAway);
        found = found with { TrustedSeconds = found.TrustedSeconds + second.ExecutorSeconds };
        if (second.Result is null || second.JobUuid is null)
        {
            return found with { Verdict = Verdicts.Inconclusive, Reason = $"{found.Reason}; the confirming run ended as '{second.Status}'" };
        }

        found = found with { TrustedJobUuids = [first.JobUuid!, second.JobUuid] };
        var amongTrusted = await CompareAsync(context, input, policy, first.Result!, second.Result);
        var again = await CompareAsync(context, input, policy, input.Result, second.Result);
        if (amongTrusted.Verdict != Verdicts.Match || again.Verdict != Verdicts.Mismatch)
        {
            return found with { Verdict = Verdicts.Inconclusive, Reason = $"{found.Reason}; but two trusted runs do not agree on it: {amongTrusted.Reason}; {again.Reason}" };
        }

        // The evidence first: a report without it would stand on nothing.
        found = found with { IsConfirmed = true };
        var cheat = new CheatCase(input.RunId, input.JobUuid, first.JobUuid!, policy.Comparer, found.Reason, input.Result, [first.Result!, second.Result]) { Trace = input.Copy.Trace };
        await context.CallActivityAsync(nameof(RecordCheat), cheat, RetryOptions.Activity);
        return policy.Report
            ? found with { Report = await context.CallActivityAsync<string>(nameof(ReportCheat), cheat, RetryOptions.Activity) }
            : found;
    }

    private static Task<RunOutcome> RunTrustedAsync(TaskOrchestrationContext context, CheckInput input, int copy, int firstAttempt) =>
        context.CallSubOrchestratorAsync<RunOutcome>(
            nameof(RunJob),
            input.Copy with { TrustedCopyOf = input.RunId, FirstAttempt = firstAttempt },
            new SubOrchestrationOptions { InstanceId = $"{input.RunId}~trusted{copy}" });

    private static Task<CompareOutcome> CompareAsync(
        TaskOrchestrationContext context, CheckInput input, CheckPolicy policy, ResultReference untrusted, ResultReference trusted) =>
        context.CallActivityAsync<CompareOutcome>(nameof(CompareResults), new CompareInput(untrusted, trusted, policy.Comparer, policy.Comparison) { Trace = input.Copy.Trace }, RetryOptions.Activity);
}

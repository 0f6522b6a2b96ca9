using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Storage;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Checks;

/// <summary>Keeps the verdict beside the result of its run, and lets sampling learn from it.</summary>
internal sealed class RecordVerdict(ResultStore results, SamplingState state)
{
    /// <summary>A second execution counts one clean sample too many, which only lifts a suspicion a little earlier.</summary>
    [Function(nameof(RecordVerdict))]
    public async Task<LedgerEntry> RunAsync([ActivityTrigger] VerdictRecord input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        try
        {
            await results.SaveVerdictAsync(input.RunId, SnakeCaseJson.ToUtf8(input.Outcome), cancellationToken);
            if (input.Outcome.Verdict is Verdicts.Match or Verdicts.Mismatch)
            {
                await state.RecordAsync(new SampleVerdict(input.Namespace, input.Outcome.Verdict == Verdicts.Mismatch), cancellationToken);
            }

            return new LedgerEntry(NotNow: null);
        }
        catch (Exception exception) when (StorageOutages.MayPass(exception) && !cancellationToken.IsCancellationRequested)
        {
            return new LedgerEntry(HistoryText.Truncate(exception.Message));
        }
    }
}

using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Storage;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Checks;

/// <summary>Writes the evidence of a confirmed mismatch to the ledger, before anybody is told.</summary>
internal sealed class RecordCheat(CheatLedger ledger)
{
    /// <summary>Writing the same case again changes nothing.</summary>
    [Function(nameof(RecordCheat))]
    public async Task<LedgerEntry> RunAsync([ActivityTrigger] CheatCase cheat, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cheat);
        using var span = DurableTelemetry.Start(nameof(RecordCheat), cheat.Trace, cheat.JobUuid);
        try
        {
            await ledger.RecordAsync(cheat, cancellationToken);
            return new LedgerEntry(NotNow: null);
        }
        catch (Exception exception) when (StorageOutages.MayPass(exception) && !cancellationToken.IsCancellationRequested)
        {
            return new LedgerEntry(HistoryText.Truncate(exception.Message));
        }
    }
}

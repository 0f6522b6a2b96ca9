using ComputeHorde.Durable.Hosting;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Checks;

/// <summary>Writes the evidence of a confirmed mismatch to the ledger, before anybody is told.</summary>
/// <param name="ledger">The ledger.</param>
internal sealed class RecordCheat(CheatLedger ledger)
{
    /// <summary>Writes. Writing the same case again changes nothing.</summary>
    /// <param name="cheat">The case.</param>
    /// <param name="cancellationToken">Ends the activity when the host stops; it runs again later.</param>
    [Function(nameof(RecordCheat))]
    public async Task RunAsync([ActivityTrigger] CheatCase cheat, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cheat);
        using var span = DurableTelemetry.Start(nameof(RecordCheat), cheat.Trace, cheat.JobUuid);
        await ledger.RecordAsync(cheat, cancellationToken);
    }
}

using ComputeHorde.Durable.Ledger;
using ComputeHorde.Durable.Models;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Activities;

/// <summary>Writes the evidence of a confirmed mismatch to the ledger, before anybody is told.</summary>
/// <param name="ledger">The ledger.</param>
public sealed class RecordCheat(CheatLedger ledger)
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

/// <summary>A confirmed mismatch: who, what, and what proves it.</summary>
/// <param name="RunId">The run.</param>
/// <param name="JobUuid">The miner's job.</param>
/// <param name="TrustedJobUuid">The trusted job that a report names.</param>
/// <param name="Comparer">How they were compared.</param>
/// <param name="Reason">What differs.</param>
/// <param name="Result">What the miner returned.</param>
/// <param name="TrustedResults">What the two trusted runs returned.</param>
public sealed record CheatCase(
    string RunId, string JobUuid, string TrustedJobUuid, string Comparer, string Reason, ResultReference Result, IReadOnlyList<ResultReference> TrustedResults)
{
    /// <summary>The trace of the run: W3C <c>traceparent</c>; null when nobody traces.</summary>
    public string? Trace { get; init; }
}

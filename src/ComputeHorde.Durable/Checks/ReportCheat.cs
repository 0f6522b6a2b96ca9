using System.Text.Json.Nodes;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Sdk;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Checks;

/// <summary>Reports a cheat to the facilitator, once, and notes in the ledger what it answered.</summary>
/// <param name="client">The facilitator.</param>
/// <param name="ledger">The ledger.</param>
/// <param name="logger">The log.</param>
internal sealed class ReportCheat(ComputeHordeClient client, CheatLedger ledger, ILogger<ReportCheat> logger)
{
    /// <summary>Reports. There is one report a job, for ever: "already exists" is success (protocol 7.4).</summary>
    /// <param name="cheat">The case; it must stand in the ledger.</param>
    /// <param name="cancellationToken">Ends the activity when the host stops; it runs again later.</param>
    /// <returns><c>recorded</c>, <c>already_recorded</c>, <c>job_unknown</c> or <c>refused</c>.</returns>
    [Function(nameof(ReportCheat))]
    public async Task<string> RunAsync([ActivityTrigger] CheatCase cheat, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cheat);
        using var span = DurableTelemetry.Start(nameof(ReportCheat), cheat.Trace, cheat.JobUuid);
        await ledger.RequireAsync(cheat, cancellationToken);
        var outcome = await ReportAsync(cheat, cancellationToken);
        await ledger.AppendReportAsync(cheat, outcome, cancellationToken);
        logger.CheatReported(cheat.JobUuid, cheat.TrustedJobUuid, outcome);
        return outcome;
    }

    private async Task<string> ReportAsync(CheatCase cheat, CancellationToken cancellationToken)
    {
        var details = new JsonObject
        {
            ["comparer"] = cheat.Comparer,
            ["reason"] = cheat.Reason,
            ["actual_hash"] = cheat.Result.Sha256,
            ["expected_hash"] = cheat.TrustedResults[0].Sha256,
        };
        try
        {
            var answer = await client.ReportCheatedJobAsync(cheat.JobUuid, cheat.TrustedJobUuid, details, cancellationToken);
            return answer == CheatReportOutcome.AlreadyReported ? "already_recorded" : "recorded";
        }
        catch (ComputeHordeNotFoundException)
        {
            return "job_unknown";
        }
        catch (ComputeHordeException exception) when (!exception.IsTransient)
        {
            logger.CheatReportRefused(cheat.JobUuid, exception.Message);
            return "refused";
        }
    }
}

using System.Text.Json.Nodes;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Checks;

/// <summary>Reports a cheat to the facilitator, once, and notes in the ledger what it answered.</summary>
internal sealed class ReportCheat(ComputeHordeClient client, CheatLedger ledger, ILogger<ReportCheat> logger)
{
    /// <summary>
    /// Reports a case that stands in the ledger. There is one report a job, for ever: "already exists" is success (protocol 7.4).
    /// </summary>
    [Function(nameof(ReportCheat))]
    public async Task<CheatReport> RunAsync([ActivityTrigger] CheatCase cheat, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cheat);
        using var span = DurableTelemetry.Start(nameof(ReportCheat), cheat.Trace, cheat.JobUuid);
        try
        {
            await ledger.RequireAsync(cheat, cancellationToken);
            var status = await ReportAsync(cheat, cancellationToken);
            await ledger.AppendReportAsync(cheat, status, cancellationToken);
            logger.CheatReported(cheat.JobUuid, cheat.TrustedJobUuid, status);
            return new CheatReport(status, NotNow: null);
        }
        catch (Exception exception)
            when (exception is ComputeHordeException || (StorageOutages.MayPass(exception) && !cancellationToken.IsCancellationRequested))
        {
            // Whatever the facilitator says instead of yes or no may pass: keys are rolled, releases go wrong.
            logger.CheatReportRefused(cheat.JobUuid, exception.Message);
            return new CheatReport(null, HistoryText.Truncate(exception.Message));
        }
    }

    private async Task<string> ReportAsync(CheatCase cheat, CancellationToken cancellationToken)
    {
        // Every text is cut and free of what the facilitator cannot store: it would answer 500 for ever.
        var details = new JsonObject
        {
            ["comparer"] = HistoryText.Truncate(cheat.Comparer),
            ["reason"] = HistoryText.Truncate(cheat.Reason),
            ["actual_hash"] = cheat.Result.Sha256,
            ["expected_hash"] = cheat.TrustedResults[0].Sha256,
        };
        try
        {
            var answer = await client.ReportCheatedJobAsync(cheat.JobUuid, cheat.TrustedJobUuid, details, cancellationToken);
            return answer == CheatReportOutcome.AlreadyReported ? CheatReport.AlreadyRecorded : CheatReport.Recorded;
        }
        catch (ComputeHordeNotFoundException)
        {
            return CheatReport.JobUnknown;
        }
        catch (ComputeHordeException exception)
            when (exception is ComputeHordeValidationException or ComputeHordeProtocolException { StatusCode: 400, IsTransient: false })
        {
            logger.CheatReportRefused(cheat.JobUuid, exception.Message);
            return CheatReport.Refused;
        }
    }
}

using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Runs;

/// <summary>Looks at one job: what an orchestrator does at a deadline, so that an event that went missing cannot hang a run.</summary>
internal sealed class LookAtJob(JobMarkets markets, Outages outages)
{
    /// <summary>Asks for the job. Only "there is none" ends it; whatever else keeps from knowing says nothing about the job.</summary>
    [Function(nameof(LookAtJob))]
    public async Task<LookAtJobOutcome> RunAsync([ActivityTrigger] LookAtJobInput input, CancellationToken cancellationToken)
    {
        using var span = DurableTelemetry.Start(nameof(LookAtJob), input.Trace, input.JobUuid);
        try
        {
            var market = markets.Of(input.JobUuid);
            var sight = await market.GetAsync(input.JobUuid, cancellationToken);
            outages.Ended(market.Dependency);
            return new LookAtJobOutcome(JobUpdates.From(sight, input.Attempt), IsGone: false, Problem: null)
            {
                ClockOffset = sight.ClockOffset,
            };
        }
        catch (ComputeHordeNotFoundException)
        {
            return new LookAtJobOutcome(null, IsGone: true, Problem: null);
        }
        catch (ComputeHordeException exception)
        {
            outages.Started(Outages.Of(exception), exception.Message);
            return new LookAtJobOutcome(null, IsGone: false, HistoryText.Truncate(exception.Message));
        }
        catch (Exception exception) when (StorageOutages.MayPass(exception) && !cancellationToken.IsCancellationRequested)
        {
            return new LookAtJobOutcome(null, IsGone: false, HistoryText.Truncate(exception.Message));
        }
    }
}

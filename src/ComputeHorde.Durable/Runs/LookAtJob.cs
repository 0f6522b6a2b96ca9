using ComputeHorde.Durable.Hosting;
using ComputeHorde.Sdk;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Runs;

/// <summary>Looks at one job: what an orchestrator does at a deadline, so that an event that went missing cannot hang a run.</summary>
/// <param name="client">The facilitator.</param>
/// <param name="outages">Says once when the facilitator is away.</param>
public sealed class LookAtJob(ComputeHordeClient client, Outages outages)
{
    /// <summary>Asks for the job.</summary>
    /// <param name="input">The job.</param>
    /// <param name="cancellationToken">Ends the activity when the host stops; it runs again later.</param>
    /// <returns>The job as it is, or that it is gone, or that nobody could be asked.</returns>
    [Function(nameof(LookAtJob))]
    public async Task<LookAtJobOutcome> RunAsync([ActivityTrigger] LookAtJobInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var span = DurableTelemetry.Start(nameof(LookAtJob), input.Trace, input.JobUuid);
        try
        {
            var job = await client.GetJobAsync(input.JobUuid, cancellationToken);
            outages.Ended(Outages.Facilitator);
            return new LookAtJobOutcome(JobUpdates.From(job, input.Attempt), IsGone: false);
        }
        catch (ComputeHordeNotFoundException)
        {
            return new LookAtJobOutcome(null, IsGone: true);
        }
        catch (ComputeHordeException exception) when (exception.IsTransient)
        {
            outages.Started(Outages.Facilitator, exception.Message);
            return new LookAtJobOutcome(null, IsGone: false);
        }
    }
}

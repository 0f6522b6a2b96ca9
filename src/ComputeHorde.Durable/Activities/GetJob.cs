using ComputeHorde.Durable.Models;
using ComputeHorde.Sdk;
using Microsoft.Azure.Functions.Worker;

namespace ComputeHorde.Durable.Activities;

/// <summary>Looks at one job: what an orchestrator does at a deadline, so that an event that went missing cannot hang a run.</summary>
/// <param name="client">The facilitator.</param>
/// <param name="outages">Says once when the facilitator is away.</param>
public sealed class GetJob(ComputeHordeClient client, Outages outages)
{
    /// <summary>Asks for the job.</summary>
    /// <param name="input">The job.</param>
    /// <param name="cancellationToken">Ends the activity when the host stops; it runs again later.</param>
    /// <returns>The job as it is, or that it is gone, or that nobody could be asked.</returns>
    [Function(nameof(GetJob))]
    public async Task<GetJobOutcome> RunAsync([ActivityTrigger] GetJobInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var span = DurableTelemetry.Start(nameof(GetJob), input.Trace, input.JobUuid);
        try
        {
            var job = await client.GetJobAsync(input.JobUuid, cancellationToken);
            outages.Ended(Outages.Facilitator);
            return new GetJobOutcome(JobUpdates.From(job, input.Attempt), IsGone: false);
        }
        catch (ComputeHordeNotFoundException)
        {
            return new GetJobOutcome(null, IsGone: true);
        }
        catch (ComputeHordeException exception) when (exception.IsTransient)
        {
            outages.Started(Outages.Facilitator, exception.Message);
            return new GetJobOutcome(null, IsGone: false);
        }
    }
}

/// <summary>The job to look at.</summary>
/// <param name="JobUuid">The job.</param>
/// <param name="Attempt">The attempt that bought it.</param>
public sealed record GetJobInput(string JobUuid, int Attempt)
{
    /// <summary>The trace of the run: W3C <c>traceparent</c>; null when nobody traces.</summary>
    public string? Trace { get; init; }
}

/// <summary>What was seen.</summary>
/// <param name="Update">The job; null when it is gone or when nobody could be asked.</param>
/// <param name="IsGone">Whether the facilitator no longer knows it (it keeps jobs for 7 days).</param>
public sealed record GetJobOutcome(JobUpdate? Update, bool IsGone);

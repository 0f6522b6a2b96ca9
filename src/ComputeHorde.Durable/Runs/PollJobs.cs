using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Runs;

/// <summary>
/// The one place that polls: asks the facilitator for all jobs in flight, 150 to a call, and tells a run when the history of its job has
/// grown. Two pollers at once do no harm: news that comes twice is no news.
/// </summary>
/// <param name="inFlight">The jobs in flight.</param>
/// <param name="client">The facilitator.</param>
/// <param name="outages">Says once when the facilitator is away.</param>
/// <param name="schedule">When to ask.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">The log.</param>
public sealed class PollJobs(
    AttemptClaims inFlight, ComputeHordeClient client, Outages outages, PollSchedule schedule, TimeProvider timeProvider, ILogger<PollJobs> logger)
{
    /// <summary>Jobs per list call: their uuids have to fit a request line of 8 KB (protocol 2.4).</summary>
    public const int BatchSize = 150;

    private static readonly TimeSpan MissingAfter = TimeSpan.FromSeconds(10);

    /// <summary>Runs on the timer <c>ComputeHordePollSchedule</c>.</summary>
    /// <param name="timer">Not used: what is due is decided by <see cref="PollSchedule"/>.</param>
    /// <param name="durable">Tells the runs.</param>
    /// <param name="cancellationToken">Stops the poll.</param>
    [Function(nameof(PollJobs))]
    public async Task RunAsync(
        [TimerTrigger("%ComputeHordePollSchedule%")] TimerInfo timer, [DurableClient] DurableTaskClient durable, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(durable);
        try
        {
            await PollAllAsync(durable, cancellationToken);
        }
        catch (Exception exception) when (StorageOutages.IsOutage(exception))
        {
            // Logged once by the storage client; the next tick looks again.
        }
    }

    private async Task PollAllAsync(DurableTaskClient durable, CancellationToken cancellationToken)
    {
        var jobs = new List<InFlightJob>();
        await foreach (var job in inFlight.ListAsync(cancellationToken))
        {
            jobs.Add(job);
        }

        if (!schedule.IsDue(jobs))
        {
            return;
        }

        var poll = new Poll(durable);
        foreach (var batch in jobs.Chunk(BatchSize))
        {
            await PollAsync(poll, batch, cancellationToken);
        }

        DurableTelemetry.Polled(jobs.Count, poll.Calls);
        logger.Polled(jobs.Count, poll.Calls, poll.Changed);
    }

    private async Task PollAsync(Poll poll, InFlightJob[] batch, CancellationToken cancellationToken)
    {
        poll.Calls++;
        var looks = await client.GetJobsAsync(batch.Select(static job => job.JobUuid), includeResults: false, cancellationToken);
        if (looks.Values.All(static look => look.Error is not null))
        {
            outages.Started(Outages.Facilitator, looks.Values.First().Error!.Message);
            return;
        }

        outages.Ended(Outages.Facilitator);
        foreach (var job in batch)
        {
            var look = looks[job.JobUuid];
            if (look.Job is { } answer && answer.StatusHistory.Count > job.Seen)
            {
                await RaiseUpdateAsync(poll, job, JobUpdates.From(answer, job.Attempt), cancellationToken);
            }
            else if (look.IsMissing && timeProvider.GetUtcNow() - job.Changed > MissingAfter)
            {
                await RaiseUpdateAsync(poll, job, JobUpdate.Gone(job.JobUuid, job.Attempt), cancellationToken);
            }
            else if (look.Error is { } error)
            {
                logger.JobUnreadable(job.JobUuid, job.InstanceId, error.Message);
            }
        }
    }

    /// <summary>The run first, the record second: a crash between the two tells the run again, never not at all.</summary>
    private async Task RaiseUpdateAsync(Poll poll, InFlightJob job, JobUpdate update, CancellationToken cancellationToken)
    {
        await poll.Durable.RaiseEventAsync(job.InstanceId, JobUpdate.EventName, update, cancellationToken);
        await inFlight.SetJobAsync(job, update, cancellationToken);
        poll.Changed++;
    }

    private sealed class Poll(DurableTaskClient durable)
    {
        public DurableTaskClient Durable { get; } = durable;

        public int Calls { get; set; }

        public int Changed { get; set; }
    }
}

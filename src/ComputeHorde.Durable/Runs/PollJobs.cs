using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Limits;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Runs;

/// <summary>
/// The one place that polls: asks the facilitator for all jobs in flight, 150 to a call, and tells a run when the history of its job has
/// grown; and admits the runs that wait for a place. Two pollers at once do no harm: news that comes twice is no news. One job's trouble is
/// its own.
/// </summary>
internal sealed class PollJobs(
    WatchList watchList,
    JobMarkets markets,
    Admission admission,
    Outages outages,
    PollSchedule schedule,
    TimeProvider timeProvider,
    ILogger<PollJobs> logger
)
{
    /// <summary>Jobs per list call: their uuids have to fit a request line of 8 KB (protocol 2.4).</summary>
    private const int BatchSize = 150;

    /// <summary>
    /// Lists that are asked for at the same time: a hundred thousand jobs are 667 of them, one after another more than a minute.
    /// </summary>
    private const int ListsAtOnce = 8;

    /// <summary>Runs that are told at the same time, for each of these lists: an event and a blob each.</summary>
    private const int ToldAtOnce = 16;

    private static readonly TimeSpan MissingAfter = TimeSpan.FromSeconds(10);

    /// <summary>Runs on the timer <c>ComputeHordePollSchedule</c>; what is due is decided by <see cref="PollSchedule"/>.</summary>
    [Function(nameof(PollJobs))]
    public async Task RunAsync(
        [TimerTrigger("%ComputeHordePollSchedule%")] TimerInfo timer,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken
    )
    {
        await StorageOutages.LeaveToTheNextTickAsync(
            async () =>
            {
                await admission.AdmitAsync(durable, cancellationToken);
                await PollAllAsync(durable, cancellationToken);
            },
            cancellationToken
        );
    }

    private async Task PollAllAsync(DurableTaskClient durable, CancellationToken cancellationToken)
    {
        var jobs = new List<WatchedJob>();
        await foreach (var job in watchList.ListAsync(cancellationToken))
        {
            jobs.Add(job);
        }

        var due = schedule.Due(jobs, BatchSize);
        if (due.Count == 0)
        {
            return;
        }

        var changed = 0;
        var lists = due.GroupBy(job => markets.Of(job.JobUuid))
            .SelectMany(static jobs => jobs.Chunk(BatchSize).Select(list => (Market: jobs.Key, Jobs: list)))
            .ToArray();
        await Parallel.ForEachAsync(
            lists,
            new ParallelOptions { MaxDegreeOfParallelism = ListsAtOnce, CancellationToken = cancellationToken },
            async (list, token) => Interlocked.Add(ref changed, await PollAsync(durable, list.Market, list.Jobs, token))
        );
        RunTelemetry.Polled(due.Count, lists.Length);
        logger.Polled(due.Count, lists.Length, changed);
    }

    private async Task<int> PollAsync(DurableTaskClient durable, IJobMarket market, WatchedJob[] batch, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, JobLookup> looks;
        try
        {
            looks = await market.GetManyAsync([.. batch.Select(static job => job.JobUuid)], cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it is, it is this list's trouble and not the others'. It stays watched, and the next tick asks again.
            outages.Started(market.Dependency, exception.Message);
            return 0;
        }

        if (looks.Values.All(static look => look.Error is not null))
        {
            outages.Started(market.Dependency, looks.Values.First().Error!.Message);
            return 0;
        }

        outages.Ended(market.Dependency);
        var changed = 0;
        await Parallel.ForEachAsync(
            batch,
            new ParallelOptions { MaxDegreeOfParallelism = ToldAtOnce, CancellationToken = cancellationToken },
            async (job, token) =>
            {
                var look = looks[job.JobUuid];
                if (look.Error is { } error)
                {
                    logger.JobUnreadable(job.JobUuid, job.Key.InstanceId, error.Message);
                }
                else if (NewsOf(job, look) is { } update && await TryTellAsync(durable, job, update, token))
                {
                    Interlocked.Increment(ref changed);
                }
            }
        );
        return changed;
    }

    private JobUpdate? NewsOf(WatchedJob job, JobLookup look)
    {
        if (look.Job is { } answer)
        {
            // The end is told until the entry is gone: somebody may have died in between.
            return answer.StatusHistory.Count > job.Seen || (answer.IsTerminal && !answer.MayStillComplete)
                ? JobUpdates.From(answer, job.Key.Attempt)
                : null;
        }

        // A job that was stored a moment ago may not be listed yet.
        return look.IsMissing && (timeProvider.GetUtcNow() - job.Changed).Duration() > MissingAfter
            ? JobUpdate.Gone(job.JobUuid, job.Key.Attempt)
            : null;
    }

    /// <summary>The run first, the entry second: a crash between the two tells the run again, never not at all.</summary>
    private async Task<bool> TryTellAsync(DurableTaskClient durable, WatchedJob job, JobUpdate update, CancellationToken cancellationToken)
    {
        try
        {
            await durable.RaiseEventAsync(job.Key.InstanceId, JobUpdate.EventName, update, cancellationToken);
            if (update.IsFinal)
            {
                await watchList.RemoveAsync(job.Key, cancellationToken);
            }
            else
            {
                await watchList.SetSeenAsync(job, update.History.Count, cancellationToken);
            }

            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Back ends refuse events for what has ended, each with an exception of its own. Whatever it is, it is this run's trouble and
            // not the others'.
            return await TryForgetAsync(durable, job, exception, cancellationToken);
        }
    }

    /// <summary>Ends the watch over a job whose run has ended or was purged.</summary>
    private async Task<bool> TryForgetAsync(DurableTaskClient durable, WatchedJob job, Exception cause, CancellationToken cancellationToken)
    {
        try
        {
            if (await durable.GetInstanceAsync(job.Key.InstanceId, cancellationToken) is null or { IsCompleted: true })
            {
                await watchList.RemoveAsync(job.Key, cancellationToken);
                return false;
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            cause = exception;
        }

        logger.RunNotTold(job.Key.InstanceId, job.JobUuid, cause.Message);
        return false;
    }
}

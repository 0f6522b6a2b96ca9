using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Sdk;

/// <summary>Looks at jobs again and again, more rarely while nothing happens.</summary>
internal sealed class JobWatcher(JobPages pages, ComputeHordeOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>How many looks in a row may fail, each with its own repeats, before watching ends.</summary>
    private const int MaxFailuresInARow = 10;

    /// <summary>
    /// The job now, and again after each wait, until it has ended. With a time-out the last look is at the deadline itself; then
    /// <see cref="ComputeHordeJobTimeoutException"/> is thrown. A time-out of zero looks once.
    /// </summary>
    public async IAsyncEnumerable<ComputeHordeJob> LookAsync(
        string uuid,
        TimeSpan? timeout,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var activity = ComputeHordeTelemetry.Source.StartActivity("computehorde.wait");
        activity?.SetTag("computehorde.job.uuid", uuid);
        var started = time.GetTimestamp();
        var interval = options.PollInterval;
        var failures = 0;
        ComputeHordeJob? last = null;
        while (true)
        {
            var (job, error) = await TryGetAsync(uuid, Left(timeout, started), cancellationToken);
            if (error is not null && ++failures == MaxFailuresInARow)
            {
                throw error;
            }

            if (job is not null)
            {
                failures = 0;
                var changed = last is null || job.StatusHistory.Count != last.StatusHistory.Count || job.Status != last.Status;
                interval = changed ? options.PollInterval : Longer(interval);
                last = job;
                yield return job;
                if (job.IsTerminal)
                {
                    yield break;
                }
            }

            var left = Left(timeout, started);
            if (left == TimeSpan.Zero)
            {
                throw new ComputeHordeJobTimeoutException(
                    $"Job {uuid} has not ended within {timeout}; it is {last?.Status.ToString() ?? "unseen"} and goes on.",
                    last
                );
            }

            await Task.Delay(left < interval ? left.Value : interval, time, cancellationToken);
        }
    }

    public async IAsyncEnumerable<JobStatusChange> WatchAsync(
        string uuid,
        TimeSpan? timeout,
        int known,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (var job in LookAsync(uuid, timeout, cancellationToken))
        {
            for (; known < job.StatusHistory.Count; known++)
            {
                var entry = job.StatusHistory[known];
                Logs.StatusChanged(logger, job.Uuid, entry.Status);
                yield return new JobStatusChange(job, entry);
            }
        }
    }

    public async Task<ComputeHordeJob> WaitAsync(
        string uuid,
        TimeSpan? timeout,
        Func<JobStatusChange, ValueTask>? onChange,
        CancellationToken cancellationToken
    )
    {
        var known = 0;
        await foreach (var job in LookAsync(uuid, timeout, cancellationToken))
        {
            for (; known < job.StatusHistory.Count; known++)
            {
                Logs.StatusChanged(logger, job.Uuid, job.StatusHistory[known].Status);
                if (onChange is not null)
                {
                    await onChange(new JobStatusChange(job, job.StatusHistory[known]));
                }
            }

            if (job.IsTerminal)
            {
                return job;
            }
        }

        throw new InvalidOperationException("Watching ended before the job did.");
    }

    public async Task<ComputeHordeJob> WaitForStreamingAsync(string uuid, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        await foreach (var job in LookAsync(uuid, timeout, cancellationToken))
        {
            if (job.IsTerminal)
            {
                throw new ComputeHordeException(
                    $"Job {uuid} ended as {job.Status} ({job.Error?.ToString() ?? "no details"}); its server cannot be reached."
                );
            }

            if (job.Streaming is { IsReady: true })
            {
                return job;
            }
        }

        throw new InvalidOperationException("Watching ended before the job did.");
    }

    /// <summary>One look with its repeats, which end a request's time after the deadline at the latest.</summary>
    private async Task<(ComputeHordeJob? Job, ComputeHordeException? Error)> TryGetAsync(
        string uuid,
        TimeSpan? left,
        CancellationToken cancellationToken
    )
    {
        using var bound = new CancellationTokenSource(
            left is { } positive ? positive + options.RequestTimeout : Timeout.InfiniteTimeSpan,
            time
        );
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, bound.Token);
        try
        {
            return (await pages.GetAsync(uuid, includeResults: true, repeats: true, linked.Token), null);
        }
        catch (ComputeHordeException error) when (error.IsTransient)
        {
            Logs.PollFailed(logger, uuid, error.Message);
            return (null, error);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            const string Message = "The facilitator does not answer.";
            Logs.PollFailed(logger, uuid, Message);
            return (null, new ComputeHordeException(Message, isTransient: true));
        }
    }

    /// <summary>The time left, never negative; null without a limit.</summary>
    private TimeSpan? Left(TimeSpan? timeout, long started) =>
        timeout is { } limit ? TimeSpan.FromTicks(Math.Max(0, (limit - time.GetElapsedTime(started)).Ticks)) : null;

    private TimeSpan Longer(TimeSpan interval)
    {
        var longer = interval * 1.5;
        return longer < options.MaxPollInterval ? longer : options.MaxPollInterval;
    }
}

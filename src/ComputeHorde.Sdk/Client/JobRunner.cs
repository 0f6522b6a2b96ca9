using Microsoft.Extensions.Logging;

namespace ComputeHorde.Sdk;

/// <summary>Runs a job until it is complete: attempt after attempt, by failure class (protocol 9.4, 14.10, 14.11).</summary>
internal sealed class JobRunner(JobCreator creator, JobLookups lookups, ComputeHordeOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan MaxDelay = TimeSpan.FromMinutes(1);

    public async Task<RunResult> RunAsync(ComputeHordeJobSpec spec, RunOptions run, CancellationToken cancellationToken)
    {
        using var activity = ComputeHordeTelemetry.Source.StartActivity("computehorde.run");
        run.Check();
        var state = new RunState(spec, run);
        using var timeout = run.Timeout is { } limit ? new CancellationTokenSource(limit, time) : new CancellationTokenSource();
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return state.Result(await AttemptsAsync(state, linked.Token));
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // One last look: the job may have completed since.
            await LookAsync(state, cancellationToken);
            return state.Completed is { } completed
                ? state.Result(completed)
                : throw new ComputeHordeJobTimeoutException(
                    $"The run '{state.Tag}' has not completed within {run.Timeout}, after {state.Attempts.Count} attempt(s). Jobs that have not ended go on.",
                    state.Current?.Job
                );
        }
    }

    private async Task<ComputeHordeJob> AttemptsAsync(RunState state, CancellationToken cancellationToken)
    {
        for (var number = 1; ; number++)
        {
            if (await CreateAsync(state, number, cancellationToken) is not { } watched)
            {
                return state.Completed!;
            }

            if (state.Options.OnAttempt is { } onAttempt)
            {
                await onAttempt(watched.Attempt);
            }

            await WaitAsync(state, watched, cancellationToken);
            await FindDuplicatesAsync(state, watched, cancellationToken);
            if (state.Completed is { } completed)
            {
                return completed;
            }

            var job = watched.Job;
            Logs.AttemptEnded(
                logger,
                number,
                job.Uuid,
                job.IsTerminal ? job.Error?.ToString() ?? job.Status.ToString() : $"it is {job.Status} and overdue"
            );
            if (!IsTriedAgain(state, job))
            {
                return job;
            }

            // What an earlier run of this tag has seen end is no reason to wait now.
            if (watched.Attempt.Creation.Created)
            {
                await Task.Delay(Backoff(state.Options, job.IsTurnedAway ? state.TurnedAway : state.Paid), time, cancellationToken);
            }
        }
    }

    private bool IsTriedAgain(RunState state, ComputeHordeJob job)
    {
        if (job.IsTurnedAway)
        {
            state.TurnedAway++;
            state.WaitingSince ??= time.GetTimestamp();
            return HasTimeForRoom(state);
        }

        (state.TurnedAway, state.WaitingSince) = (0, null);
        state.Paid++;
        var isWorthIt = !job.IsTerminal || (state.Options.ShouldRetry?.Invoke(job) ?? job.IsWorthRetrying);
        return isWorthIt && (state.Options.MaxAttempts == 0 || state.Paid < state.Options.MaxAttempts);
    }

    private bool HasTimeForRoom(RunState state) =>
        state.WaitingSince is not { } since || time.GetElapsedTime(since) < state.Options.CapacityTimeout;

    /// <summary>
    /// Creates one attempt's job; null when an earlier one has completed meanwhile. What keeps it from being created is waited for as for
    /// room: nothing was bought.
    /// </summary>
    private async Task<WatchedJob?> CreateAsync(RunState state, int number, CancellationToken cancellationToken)
    {
        var create = new CreateJobOptions
        {
            Tag = $"{state.Tag}#{number}",
            LookUpFirst = state.Options.Tag is not null,
            OnTrustedMiner = state.Options.OnTrustedMiner,
            TargetValidatorHotkey = state.Options.TargetValidatorHotkey,
            StreamingCertificate = state.Options.StreamingCertificate ?? (state.Spec.Streaming ? StreamingCertificate.Create(time) : null),
        };
        var doubt = creator.NoDoubt();
        for (var failures = 1; ; failures++)
        {
            await LookAsync(state, cancellationToken);
            if (state.Completed is not null)
            {
                return null;
            }

            try
            {
                return state.Watch(
                    new RunAttempt(number, await creator.CreateAsync(state.Spec, create, doubt, cancellationToken)),
                    doubt.WasOpen,
                    time
                );
            }
            catch (ComputeHordeException error) when (error.IsTransient)
            {
                state.WaitingSince ??= time.GetTimestamp();
                if (!HasTimeForRoom(state))
                {
                    throw;
                }

                Logs.Retrying(logger, "create", failures, Backoff(state.Options, failures), error.Message);
                create = create with { LookUpFirst = create.LookUpFirst || doubt.IsOpen };
            }

            await Task.Delay(Backoff(state.Options, failures), time, cancellationToken);
        }
    }

    /// <summary>
    /// Waits until a job completes, or this attempt ends or is overdue. Earlier attempts stay watched: a late completion counts.
    /// </summary>
    private async Task WaitAsync(RunState state, WatchedJob current, CancellationToken cancellationToken)
    {
        var interval = options.PollInterval;
        while (true)
        {
            var known = current.Known;
            await LookAsync(state, cancellationToken);
            if (state.Completed is not null || current.IsOver || IsOverdue(state, current))
            {
                return;
            }

            interval =
                current.Known != known
                    ? options.PollInterval
                    : TimeSpan.FromTicks(Math.Min(interval.Ticks * 3 / 2, options.MaxPollInterval.Ticks));
            await Task.Delay(interval, time, cancellationToken);
        }
    }

    /// <summary>Looks at all jobs that have not ended, in one request. A look that fails says nothing.</summary>
    private async Task LookAsync(RunState state, CancellationToken cancellationToken)
    {
        var open = state.Open.ToDictionary(static watched => watched.Job.Uuid);
        if (open.Count == 0)
        {
            return;
        }

        foreach (var (uuid, look) in await lookups.FindAsync(open.Keys, includeResults: true, cancellationToken))
        {
            if (look.Job is { } job)
            {
                await UpdateAsync(state, open[uuid], job);
            }
            else
            {
                Logs.PollFailed(logger, uuid, look.Error?.Message ?? "The facilitator does not have it.");
            }
        }
    }

    private async Task UpdateAsync(RunState state, WatchedJob watched, ComputeHordeJob job)
    {
        watched.Job = job;
        for (; watched.Known < job.StatusHistory.Count; watched.Known++)
        {
            var entry = job.StatusHistory[watched.Known];
            Logs.StatusChanged(logger, job.Uuid, entry.Status);
            if (entry.Status == JobStatus.Received)
            {
                watched.Received = time.GetTimestamp();
            }

            if (state.Options.OnStatusChange is { } onChange)
            {
                await onChange(watched.Attempt, new JobStatusChange(job, entry));
            }
        }
    }

    /// <summary>A request whose answer was lost may have been stored after all: its job is watched like the attempt's own.</summary>
    private async Task FindDuplicatesAsync(RunState state, WatchedJob watched, CancellationToken cancellationToken)
    {
        if (watched.MayHaveDuplicates)
        {
            var creation = watched.Attempt.Creation;
            state.AddDuplicates(watched.Attempt, await creator.DuplicatesAsync(creation.Job.Uuid, creation.Tag, cancellationToken), time);
        }
    }

    /// <summary>The facilitator never times jobs out, so that is done here (protocol 9.5).</summary>
    private bool IsOverdue(RunState state, WatchedJob watched)
    {
        var isWaiting = watched.Job.StatusHistory.All(entry => entry.Status == JobStatus.Sent);
        return isWaiting
            ? time.GetElapsedTime(watched.Created) > state.Options.LostAfter
            : time.GetElapsedTime(watched.Received ?? watched.Created) > state.Spec.ExpectedToEndWithin();
    }

    private static TimeSpan Backoff(RunOptions run, int attempt)
    {
        var seconds = Math.Min(run.RetryDelay.TotalSeconds * Math.Pow(2, Math.Min(attempt, 30) - 1), MaxDelay.TotalSeconds);
        return TimeSpan.FromSeconds(seconds * (1 + (Random.Shared.NextDouble() / 4)));
    }
}

using Microsoft.Extensions.Logging;

namespace ComputeHorde.Sdk;

/// <summary>Runs a job until it is complete: attempt after attempt, by failure class (protocol 9.4, 14.10, 14.11).</summary>
internal sealed class JobRunner(JobCreator creator, JobQueries queries, ComputeHordeOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan MaxDelay = TimeSpan.FromMinutes(1);

    public async Task<RunResult> RunAsync(ComputeHordeJobSpec spec, RunOptions run, CancellationToken cancellationToken)
    {
        using var activity = ComputeHordeTelemetry.Source.StartActivity("computehorde.run");
        Check(run);
        var state = new Run(spec, run, run.Tag ?? Guid.NewGuid().ToString("N"));
        using var timeout = run.Timeout is { } limit ? new CancellationTokenSource(limit, time) : new CancellationTokenSource();
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await AttemptsAsync(state, linked.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // One last look: the job may have completed since.
            if (await LookAsync(state, cancellationToken) is { } completed)
                return new RunResult(completed, state.Attempts);
            throw new ComputeHordeJobTimeoutException(
                $"The run '{state.Tag}' has not completed within {run.Timeout}, after {state.Attempts.Count} attempt(s). Jobs that have not ended go on.",
                state.Watched.LastOrDefault()?.Job);
        }
    }

    private async Task<RunResult> AttemptsAsync(Run state, CancellationToken cancellationToken)
    {
        for (var number = 1; ; number++)
        {
            var attempt = await CreateAsync(state, number, cancellationToken);
            if (state.Options.OnAttempt is { } onAttempt)
                await onAttempt(attempt);
            var job = await WaitAsync(state, cancellationToken);
            if (job.IsSuccessful)
                return new RunResult(job, state.Attempts);

            var reason = job.IsTerminal ? job.Error?.ToString() ?? job.Status.Value : $"it is {job.Status} and overdue";
            Logs.AttemptEnded(logger, number, job.Uuid, reason);
            var retry = !job.IsTerminal || (state.Options.ShouldRetry?.Invoke(job) ?? job.IsWorthRetrying);
            if (!retry || number == state.Options.MaxAttempts)
                return new RunResult(job, state.Attempts);
            await Task.Delay(Backoff(state.Options, number), time, cancellationToken);
        }
    }

    /// <summary>Creates one attempt's job. Transient failures do not use up an attempt: nothing was bought.</summary>
    private async Task<RunAttempt> CreateAsync(Run state, int number, CancellationToken cancellationToken)
    {
        var create = new CreateJobOptions
        {
            Tag = $"{state.Tag}#{number}",
            LookUpFirst = state.Options.Tag is not null,
            OnTrustedMiner = state.Options.OnTrustedMiner,
            TargetValidatorHotkey = state.Options.TargetValidatorHotkey,
            StreamingCertificate = state.Options.StreamingCertificate ?? (state.Spec.Streaming ? StreamingCertificate.Create(time) : null),
        };
        for (var failures = 1; ; failures++)
        {
            try
            {
                var attempt = new RunAttempt(number, await creator.CreateAsync(state.Spec, create, cancellationToken));
                state.Attempts.Add(attempt);
                state.Watched.Add(new Watched(attempt, time.GetTimestamp()) { Job = attempt.Creation.Job });
                return attempt;
            }
            catch (ComputeHordeException error) when (error.IsTransient && (state.Options.Timeout is not null || failures < state.Options.MaxAttempts))
            {
                Logs.Retrying(logger, "create", failures, Backoff(state.Options, failures), error.Message);
                create = create with { LookUpFirst = true };
            }

            await Task.Delay(Backoff(state.Options, failures), time, cancellationToken);
        }
    }

    /// <summary>Waits until a job completes, or the newest attempt ends or is overdue. Earlier attempts stay watched: a late completion counts.</summary>
    private async Task<ComputeHordeJob> WaitAsync(Run state, CancellationToken cancellationToken)
    {
        var current = state.Watched[^1];
        var interval = options.PollInterval;
        while (true)
        {
            var known = current.Known;
            if (await LookAsync(state, cancellationToken) is { } completed)
                return completed;
            if (current.Job.IsTerminal || IsOverdue(state, current))
                return current.Job;
            interval = current.Known != known ? options.PollInterval : TimeSpan.FromTicks(Math.Min(interval.Ticks * 3 / 2, options.MaxPollInterval.Ticks));
            await Task.Delay(interval, time, cancellationToken);
        }
    }

    /// <summary>Looks at all attempts that have not ended, in one request; returns the first that completed.</summary>
    private async Task<ComputeHordeJob?> LookAsync(Run state, CancellationToken cancellationToken)
    {
        var open = state.Watched.Where(watched => watched.Known == 0 || !watched.Job.IsTerminal).ToDictionary(watched => watched.Job.Uuid);
        if (open.Count == 0)
            return null;
        try
        {
            foreach (var job in await queries.ByUuidsAsync(open.Keys, cancellationToken))
            {
                if (open.TryGetValue(job.Uuid, out var watched))
                    await UpdateAsync(state, watched, job);
            }
        }
        catch (ComputeHordeException error) when (error.IsTransient)
        {
            Logs.PollFailed(logger, string.Join(", ", open.Keys), error.Message);
        }

        return open.Values.Select(watched => watched.Job).FirstOrDefault(job => job.IsSuccessful);
    }

    private async Task UpdateAsync(Run state, Watched watched, ComputeHordeJob job)
    {
        watched.Job = job;
        for (; watched.Known < job.StatusHistory.Count; watched.Known++)
        {
            var entry = job.StatusHistory[watched.Known];
            Logs.StatusChanged(logger, job.Uuid, entry.Status.Value);
            if (entry.Status == JobStatus.Received)
                watched.Received = time.GetTimestamp();
            if (state.Options.OnStatusChange is { } onChange)
                await onChange(watched.Attempt, new JobStatusChange(job, entry));
        }
    }

    /// <summary>The facilitator never times jobs out, so that is done here (protocol 9.5).</summary>
    private bool IsOverdue(Run state, Watched watched)
    {
        var isWaiting = watched.Job.StatusHistory.All(entry => entry.Status == JobStatus.Sent);
        return isWaiting
            ? time.GetElapsedTime(watched.Created) > state.Options.LostAfter
            : time.GetElapsedTime(watched.Received ?? watched.Created) > state.Spec.ExpectedToEndWithin();
    }

    private static TimeSpan Backoff(RunOptions run, int attempt)
    {
        var seconds = Math.Min(run.RetryDelay.TotalSeconds * Math.Pow(2, attempt - 1), MaxDelay.TotalSeconds);
        return TimeSpan.FromSeconds(seconds * (1 + (Random.Shared.NextDouble() / 4)));
    }

    private static void Check(RunOptions run)
    {
        const int Suffix = 15;
        var problems = new ProblemList();
        problems.TrimmedText("tag", run.Tag, required: run.Tag is not null, JobSpecValidation.MaxTagLength - Suffix);
        if (run.MaxAttempts < 1)
            problems.Add("max_attempts", "must be at least 1.");
        if (run.Timeout is { } timeout && (timeout <= TimeSpan.Zero || timeout.TotalMilliseconds > int.MaxValue))
            problems.Add("timeout", $"must be positive and at most {int.MaxValue} milliseconds.");
        problems.ThrowIfAny();
    }

    private sealed class Run(ComputeHordeJobSpec spec, RunOptions options, string tag)
    {
        public ComputeHordeJobSpec Spec { get; } = spec;

        public RunOptions Options { get; } = options;

        public string Tag { get; } = tag;

        public List<RunAttempt> Attempts { get; } = [];

        public List<Watched> Watched { get; } = [];
    }

    private sealed class Watched(RunAttempt attempt, long created)
    {
        public RunAttempt Attempt { get; } = attempt;

        public long Created { get; } = created;

        public long? Received { get; set; }

        public int Known { get; set; }

        public required ComputeHordeJob Job { get; set; }
    }
}

namespace ComputeHorde.Durable.Runs;

/// <summary>What an orchestrator knows of one attempt.</summary>
internal sealed class Attempt(int number, bool onFallback = false)
{
    private const string Sent = "sent",
        Accepted = "accepted";

    private DateTime _boughtAt;
    private DateTime? _takenAt;

    public int Number => number;

    public bool OnFallback => onFallback;

    public JobUpdate? Job { get; private set; }

    /// <summary>Why the attempt counts as failed. A lost or stuck one is watched on: it may still be taken, or complete.</summary>
    public JobFailure? Failure { get; private set; }

    public bool IsCompleted => Job is { IsCompleted: true };

    /// <summary>Whether something may still come of the job.</summary>
    public bool IsOpen => Job is { IsFinal: false };

    /// <summary>Whether it was rejected before anybody took it, or no validator was there to offer it to: nothing is paid for it.</summary>
    public bool IsTurnedAway => Job is { IsTurnedAway: true } || (Job is null && Failure is { Class: FailureClasses.Rejected });

    /// <summary>Whether a job may have been bought although none is known.</summary>
    public bool IsInDoubt { get; set; }

    /// <summary>Whether it counts as an attempt: there is a job, or may be one, and it may have been paid for.</summary>
    public bool IsPaid => (Job is not null || IsInDoubt) && !IsTurnedAway;

    public bool IsAccepted => Job is not null && Job.History.Any(static change => change.Status == Accepted);

    public double ExecutorSeconds =>
        Job?.History.FirstOrDefault(static change => change.Status == Accepted) is { } accepted
            ? Math.Max(0, (Job.History[^1].At - accepted.At).TotalSeconds)
            : 0;

    /// <summary>Takes in what was learned of the job. News can come twice and out of order; the longer history wins.</summary>
    /// <returns>Whether it was news.</returns>
    public bool Apply(JobUpdate update, DateTime now)
    {
        if (Job is null)
        {
            _boughtAt = now;
        }
        else if (update.History.Count <= Job.History.Count && !(update.HasEnded && !Job.HasEnded))
        {
            return false;
        }

        var terms = update.Fallback ?? Job?.Fallback;
        Job = (update.History.Count > 0 || Job is null ? update : update with { History = Job.History }) with { Fallback = terms };
        if (_takenAt is null && update.History.Any(static change => change.Status != Sent))
        {
            _takenAt = now;
        }

        if (update.IsFinal || (Failure?.Class == FailureClasses.Lost && _takenAt is not null))
        {
            Failure = update.IsFinal ? update.Failure : null;
        }

        return true;
    }

    public void Fail(JobFailure failure) => Failure = failure;

    /// <summary>Takes in what it was run on and what that has cost.</summary>
    public void Settle(FallbackTerms terms) => Job = Job is null ? null : Job with { Fallback = terms };

    /// <summary>When to look whether the job is lost (nobody took it) or stuck (it was taken and did not get on), by our clock.</summary>
    public DateTime Deadline(RunPolicy policy, int jobBoundSeconds) => (_takenAt ?? _boughtAt) + Limit(policy, jobBoundSeconds).Time;

    /// <summary>
    /// How long the job may still take. By the facilitator's clock and the job's own times where both are known: ours may have jumped, and
    /// a day forward would condemn every job that is well.
    /// </summary>
    public TimeSpan TimeLeft(RunPolicy policy, int jobBoundSeconds, DateTime now, TimeSpan? clockOffset)
    {
        var limit = Limit(policy, jobBoundSeconds).Time;
        var since = Job?.History.FirstOrDefault(change => _takenAt is null || change.Status != Sent)?.At ?? default;
        var ours = limit - (now - (_takenAt ?? _boughtAt));
        if (clockOffset is not { } offset || since == default)
        {
            return ours;
        }

        // The time of a run never goes back: the offset of a clock that does is not to it. Nobody is given up before both say so.
        var theirs = limit - (now + offset - since);
        return theirs <= TimeSpan.Zero && ours > TimeSpan.Zero && ours <= limit ? ours : theirs;
    }

    public JobFailure Overdue(RunPolicy policy, int jobBoundSeconds)
    {
        if (_takenAt is null)
        {
            return new JobFailure(FailureClasses.Lost, "not_received", "The validator did not take the job in time (protocol 9.5).");
        }

        if (Job?.Failure is { } given)
        {
            // Its validator had given up waiting for it, and it did not complete all the same.
            return given;
        }

        return Limit(policy, jobBoundSeconds) is { Stage: { } stage, Time: var time }
            ? new JobFailure(
                FailureClasses.Stuck,
                "overdue",
                $"The job had not reached '{stage}' {time.TotalSeconds} s after it was taken (policy.stage_deadlines)."
            )
            {
                Stage = stage,
            }
            : new JobFailure(FailureClasses.Stuck, "overdue", "The job did not end within the bound of its limits (protocol 9.2).");
    }

    public AttemptOutcome Outcome() =>
        new(number, Job?.JobUuid, Job?.History is [var first, ..] ? first.At : null, Job?.History ?? [], Failure, ExecutorSeconds)
        {
            Fallback = Job?.Fallback,
        };

    /// <summary>
    /// How long the job may take from when it was bought, or taken, to what comes next: its end, or a stage with a deadline of its own.
    /// </summary>
    private (TimeSpan Time, string? Stage) Limit(RunPolicy policy, int jobBoundSeconds)
    {
        if (_takenAt is null)
        {
            return (TimeSpan.FromSeconds(policy.LostAfterSeconds), null);
        }

        if (Job?.Fallback is { } terms)
        {
            return (TimeSpan.FromSeconds(terms.BoundSeconds), null);
        }

        var time = TimeSpan.FromSeconds((double)jobBoundSeconds + policy.StuckMarginSeconds);
        string? next = null;
        var reached = Job?.History.Select(static change => RunPolicy.Stages.IndexOf(change.Status)).DefaultIfEmpty(-1).Max() ?? -1;
        foreach (var (stage, seconds) in policy.StageDeadlines)
        {
            if (RunPolicy.Stages.IndexOf(stage) > reached && TimeSpan.FromSeconds(seconds) < time)
            {
                (time, next) = (TimeSpan.FromSeconds(seconds), stage);
            }
        }

        return (time, next);
    }
}

namespace ComputeHorde.Durable.Runs;

/// <summary>What an orchestrator knows of one attempt.</summary>
internal sealed class Attempt(int number)
{
    private DateTime _boughtAt;
    private DateTime? _takenAt;

    public int Number => number;

    public JobUpdate? Job { get; private set; }

    /// <summary>Why the attempt counts as failed. A lost or stuck one is watched on: it may still be taken, or complete.</summary>
    public JobFailure? Failure { get; private set; }

    public bool IsCompleted => Job is { IsCompleted: true };

    /// <summary>Whether something may still come of the job.</summary>
    public bool IsOpen => Job is { HasEnded: false };

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

        Job = update.History.Count > 0 || Job is null ? update : update with { History = Job.History };
        if (_takenAt is null && update.History.Any(static change => change.Status != "sent"))
        {
            _takenAt = now;
        }

        if (update.HasEnded || (Failure?.Class == FailureClasses.Lost && _takenAt is not null))
        {
            Failure = update.Failure;
        }

        return true;
    }

    public void Fail(JobFailure failure) => Failure = failure;

    /// <summary>When the job counts as lost (nobody took it) or stuck (it was taken and did not get on).</summary>
    public DateTime Deadline(RunPolicy policy, int jobBoundSeconds)
    {
        if (_takenAt is not { } taken)
        {
            return _boughtAt.AddSeconds(policy.LostAfterSeconds);
        }

        var bound = taken.AddSeconds(jobBoundSeconds + policy.StuckMarginSeconds);
        return NextStage(policy) is { } stage && taken.AddSeconds(stage.Value) < bound ? taken.AddSeconds(stage.Value) : bound;
    }

    public JobFailure Overdue(RunPolicy policy, DateTime now)
    {
        if (_takenAt is not { } taken)
        {
            return new JobFailure(FailureClasses.Lost, "not_received", "The validator did not take the job in time (protocol 9.5).");
        }

        return NextStage(policy) is { } stage && taken.AddSeconds(stage.Value) <= now
            ? new JobFailure(FailureClasses.Stuck, "overdue", $"The job had not reached '{stage.Key}' {stage.Value} s after it was taken (policy.stage_deadlines).") { Stage = stage.Key }
            : new JobFailure(FailureClasses.Stuck, "overdue", "The job did not end within the bound of its limits (protocol 9.2).");
    }

    public AttemptOutcome Outcome() => new(
        number,
        Job?.JobUuid,
        Job?.History is [var first, ..] ? first.At : null,
        Job?.History ?? [],
        Failure,
        ExecutorSeconds());

    /// <summary>The earliest deadline of a stage that the job has not reached.</summary>
    private KeyValuePair<string, int>? NextStage(RunPolicy policy)
    {
        var reached = Job?.History.Select(static change => RunPolicy.Stages.IndexOf(change.Status)).DefaultIfEmpty(-1).Max() ?? -1;
        KeyValuePair<string, int>? next = null;
        foreach (var stage in policy.StageDeadlines)
        {
            if (RunPolicy.Stages.IndexOf(stage.Key) > reached && (next is null || stage.Value < next.Value.Value))
            {
                next = stage;
            }
        }

        return next;
    }

    private double ExecutorSeconds()
    {
        var accepted = Job?.History.FirstOrDefault(static change => change.Status == "accepted");
        return accepted is null ? 0 : Math.Max(0, (Job!.History[^1].At - accepted.At).TotalSeconds);
    }
}

namespace ComputeHorde.Sdk;

/// <summary>Where a run stands.</summary>
internal sealed class RunState(ComputeHordeJobSpec spec, RunOptions options)
{
    private readonly List<RunAttempt> _attempts = [];
    private readonly List<WatchedJob> _watched = [];
    private readonly Dictionary<string, WatchedJob> _duplicates = new(StringComparer.Ordinal);

    public ComputeHordeJobSpec Spec { get; } = spec;

    public RunOptions Options { get; } = options;

    public string Tag { get; } = options.Tag ?? Guid.NewGuid().ToString("N");

    public IReadOnlyList<RunAttempt> Attempts => _attempts;

    /// <summary>How many attempts were paid for.</summary>
    public int Paid { get; set; }

    /// <summary>How many attempts in a row were turned away.</summary>
    public int TurnedAway { get; set; }

    /// <summary>Since when room is waited for; null when it is not.</summary>
    public long? WaitingSince { get; set; }

    /// <summary>The newest attempt's job.</summary>
    public WatchedJob? Current { get; private set; }

    /// <summary>The jobs of which something may still come, and those that have not been looked at yet.</summary>
    public IEnumerable<WatchedJob> Open => _watched.Where(static watched => watched.Known == 0 || !watched.IsOver);

    public ComputeHordeJob? Completed => _watched.Select(static watched => watched.Job).FirstOrDefault(static job => job.IsSuccessful);

    public RunResult Result(ComputeHordeJob job) =>
        new(job, _attempts) { Duplicates = [.. _duplicates.Values.Select(static duplicate => duplicate.Job)] };

    public WatchedJob Watch(RunAttempt attempt, bool wasInDoubt, TimeProvider time)
    {
        _attempts.Add(attempt);
        Current = new WatchedJob(attempt, attempt.Creation.Job, time.GetTimestamp())
        {
            MayHaveDuplicates = wasInDoubt && attempt.Creation.Duplicates.Count == 0,
        };
        _watched.Add(Current);
        AddDuplicates(attempt, attempt.Creation.Duplicates, time);
        return Current;
    }

    public void AddDuplicates(RunAttempt attempt, IEnumerable<ComputeHordeJob> jobs, TimeProvider time)
    {
        foreach (var job in jobs.Where(job => !_duplicates.ContainsKey(job.Uuid)))
        {
            var watched = new WatchedJob(attempt, job, time.GetTimestamp());
            _duplicates[job.Uuid] = watched;
            _watched.Add(watched);
        }
    }
}

/// <summary>A job that a run waits for.</summary>
internal sealed class WatchedJob(RunAttempt attempt, ComputeHordeJob job, long created)
{
    public RunAttempt Attempt { get; } = attempt;

    /// <summary>The job as it was last seen.</summary>
    public ComputeHordeJob Job { get; set; } = job;

    /// <summary>Whether nothing more can come of it.</summary>
    public bool IsOver => Job.IsTerminal && !Job.MayStillComplete;

    /// <summary>Time stamp of its creation, as far as this run knows.</summary>
    public long Created { get; } = created;

    /// <summary>Time stamp of the look that saw it <c>received</c>.</summary>
    public long? Received { get; set; }

    /// <summary>How many entries of its history were told.</summary>
    public int Known { get; set; }

    /// <summary>True when a request for it had no clear answer, and no second job has been found so far.</summary>
    public bool MayHaveDuplicates { get; init; }
}

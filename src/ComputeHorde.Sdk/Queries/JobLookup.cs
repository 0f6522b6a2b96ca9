namespace ComputeHorde.Sdk;

/// <summary>What a look at one job of many gave: the job, or that it does not exist, or why that could not be found out.</summary>
/// <param name="Uuid">The job's UUID, lower case with dashes.</param>
public sealed record JobLookup(string Uuid)
{
    /// <summary>The job; null when it does not exist or could not be read.</summary>
    public ComputeHordeJob? Job { get; init; }

    /// <summary>
    /// Why the job could not be read; null when it could, or does not exist. Says nothing about the job: ask again. A job that the
    /// facilitator itself cannot show (protocol 5.2) is asked for by itself, more and more rarely, and has this error in between.
    /// </summary>
    public ComputeHordeException? Error { get; init; }

    /// <summary>
    /// True when the facilitator said of this very job that it has none: unknown, of another hotkey, or older than seven days.
    /// </summary>
    public bool IsMissing => Job is null && Error is null;
}

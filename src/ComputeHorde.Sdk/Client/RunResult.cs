namespace ComputeHorde.Sdk;

/// <summary>One attempt of a run: a job that was created, whether it was paid for or turned away.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="Creation">Its job as it was created or found, its tag and its streaming certificate.</param>
public sealed record RunAttempt(int Number, CreateJobResult Creation);

/// <summary>How a run ended.</summary>
/// <param name="Job">The completed job, else the last one. Not terminal when the last attempt was lost or stuck.</param>
/// <param name="Attempts">All attempts, those that were turned away included.</param>
public sealed record RunResult(ComputeHordeJob Job, IReadOnlyList<RunAttempt> Attempts)
{
    /// <summary>True when the job completed.</summary>
    public bool IsSuccessful => Job.IsSuccessful;

    /// <summary>
    /// Jobs that the facilitator stored beside an attempt's own, from requests whose answers were lost; they cost as well. None is
    /// expected: counted in the metric <c>computehorde.client.jobs.duplicates</c>. A completed one is used as any other.
    /// </summary>
    public IReadOnlyList<ComputeHordeJob> Duplicates { get; init; } = [];
}

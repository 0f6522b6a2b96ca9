namespace ComputeHorde.Fallback;

/// <summary>What a look at one job of many gave: the job, or that it does not exist, or why that could not be found out.</summary>
/// <param name="Id">The job's id.</param>
public sealed record FallbackLookup(string Id)
{
    /// <summary>The job; null when it does not exist or could not be read.</summary>
    public FallbackJob? Job { get; init; }

    /// <summary>Why it is not known. Says nothing about the job: ask again.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether there is no such job for sure.</summary>
    public bool IsMissing => Job is null && Problem is null;
}

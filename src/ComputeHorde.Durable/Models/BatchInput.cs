namespace ComputeHorde.Durable.Models;

/// <summary>The input of <see cref="Orchestrators.ValidateBatch"/>.</summary>
/// <param name="Source">Where the jobs are.</param>
/// <param name="MaxParallel">How many jobs are under way at once.</param>
/// <param name="Strict">Whether one job that is not valid keeps all others from running.</param>
public sealed record BatchInput(BatchSource Source, int MaxParallel, bool Strict)
{
    /// <summary>The name of the specification that landed in container <c>jobs</c>, if it came that way: the upload URLs of the first attempts are
    /// minted beforehand then, for container <c>job-urls</c>, and lines that are not valid are written beside it; null if not.</summary>
    public string? Specification { get; init; }

    /// <summary>What was read; null until the whole source has been.</summary>
    public BatchContents? Contents { get; init; }
}

/// <summary>Where the jobs of a batch are: a JSON Lines blob in one version.</summary>
/// <param name="Container">Its container.</param>
/// <param name="Blob">Its name.</param>
/// <param name="ETag">The version that was accepted.</param>
public sealed record BatchSource(string Container, string Blob, string ETag)
{
    /// <summary>The batch whose result lines the blob holds, when its failed lines are to run again; null for jobs.</summary>
    public string? RerunOf { get; init; }
}

/// <summary>What was read of a source so far.</summary>
/// <param name="Offset">Where to go on, in bytes.</param>
/// <param name="Line">The number of the last line that was read, counted from 1; 0 before the first.</param>
/// <param name="Chunks">How many chunks of valid lines were stored.</param>
/// <param name="Valid">How many lines are valid.</param>
/// <param name="Invalid">How many are not.</param>
public sealed record BatchContents(long Offset = 0, int Line = 0, int Chunks = 0, int Valid = 0, int Invalid = 0)
{
    /// <summary>Whether the end was reached.</summary>
    public bool IsComplete { get; init; }

    /// <summary>Why reading cannot go on; null when it can.</summary>
    public string? Problem { get; init; }
}

/// <summary>A line that can run.</summary>
/// <param name="Line">Its number, counted from 1.</param>
/// <param name="Run">The input of its run; the run is called <see cref="RunInput.RequestId"/>.</param>
/// <param name="ExecutorClass">The kind of machine that its job asks for.</param>
public sealed record BatchLine(int Line, RunInput Run, string ExecutorClass);

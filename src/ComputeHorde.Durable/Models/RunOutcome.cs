namespace ComputeHorde.Durable.Models;

/// <summary>How a run ended; the output of <see cref="Orchestrators.RunUntilComplete"/>. Small: what is big lies in the <c>results</c> container.</summary>
/// <param name="Status"><c>completed</c>, <c>failed</c>, <c>timed_out</c> or <c>cancelled</c>.</param>
/// <param name="Attempts">Every attempt, oldest first.</param>
public sealed record RunOutcome(string Status, IReadOnlyList<AttemptOutcome> Attempts)
{
    /// <summary>The job whose result counts; null when none completed.</summary>
    public string? JobUuid { get; init; }

    /// <summary>The stored result; null when no job ended with one.</summary>
    public ResultReference? Result { get; init; }

    /// <summary>Why the run did not complete; null when it did.</summary>
    public JobFailure? Failure { get; init; }

    /// <summary>What cross-validation found; null when the request did not ask for it or the run did not complete.</summary>
    public ValidationOutcome? Validation { get; init; }

    /// <summary>Executor seconds over all attempts: from <c>accepted</c> to the end of each job, as far as seen.</summary>
    public double ExecutorSeconds { get; init; }
}

/// <summary>The values of <see cref="RunOutcome.Status"/>.</summary>
public static class RunStatuses
{
    /// <summary>A job completed and its result is stored.</summary>
    public const string Completed = "completed";

    /// <summary>No attempt completed and no further one is worth it.</summary>
    public const string Failed = "failed";

    /// <summary>The caller's time-out ended the run.</summary>
    public const string TimedOut = "timed_out";

    /// <summary>The caller cancelled the run; a job that was running runs to its limits.</summary>
    public const string Cancelled = "cancelled";
}

/// <summary>One attempt of a run: at most one paid job.</summary>
/// <param name="Number">Counted from 1.</param>
/// <param name="JobUuid">The job; null when none could be created.</param>
/// <param name="CreatedAt">When the facilitator stored the job, UTC.</param>
/// <param name="History">The statuses seen, oldest first.</param>
/// <param name="Failure">Why it did not complete; null when it did or when it was not waited for.</param>
/// <param name="ExecutorSeconds">Seconds from <c>accepted</c> to the last status seen.</param>
public sealed record AttemptOutcome(
    int Number, string? JobUuid, DateTimeOffset? CreatedAt, IReadOnlyList<StatusChange> History, JobFailure? Failure, double ExecutorSeconds);

/// <summary>A result in the <c>results</c> container.</summary>
/// <param name="Blob">The blob that holds the manifest (<see cref="ResultManifest"/>).</param>
/// <param name="Stdout">Size and hash of the standard output.</param>
/// <param name="Stderr">Size and hash of the standard error.</param>
/// <param name="Artifacts">How many artifacts the job returned.</param>
/// <param name="Outputs">How many outputs were uploaded.</param>
/// <param name="Sha256">SHA-256 of the manifest, lower-case hex.</param>
public sealed record ResultReference(string Blob, ContentReference Stdout, ContentReference Stderr, int Artifacts, int Outputs, string Sha256);

/// <summary>A blob by reference.</summary>
/// <param name="Blob">Its name inside its container.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Sha256">Its SHA-256, lower-case hex; null where nothing was stored or the content was too large to be read back.</param>
public sealed record ContentReference(string? Blob, long Size, string? Sha256)
{
    /// <summary>Its MD5 as the storage recorded it, base64; null where the storage has none.</summary>
    public string? Md5 { get; init; }
}

/// <summary>Everything a job returned, by reference: the content of <see cref="ResultReference.Blob"/>.</summary>
/// <param name="JobUuid">The job.</param>
/// <param name="Attempt">The attempt that bought it.</param>
/// <param name="Stdout">Standard output, as far as the executor returned it (cut to 1,000,000 characters).</param>
/// <param name="Stderr">Standard error, likewise.</param>
/// <param name="Artifacts">Path in the container to stored artifact.</param>
/// <param name="Outputs">Output path to uploaded blob, in the <c>outputs</c> container.</param>
public sealed record ResultManifest(
    string JobUuid,
    int Attempt,
    ContentReference Stdout,
    ContentReference Stderr,
    IReadOnlyDictionary<string, ContentReference> Artifacts,
    IReadOnlyDictionary<string, ContentReference> Outputs);

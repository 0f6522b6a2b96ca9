namespace ComputeHorde.Durable.Runs;

/// <summary>The names of the failure classes, as they stand in policies and outcomes.</summary>
internal static class FailureClasses
{
    /// <summary>The validator or the miner declined the job before it ran.</summary>
    public const string Rejected = "rejected";

    /// <summary>The infrastructure failed, not the job.</summary>
    public const string HordeFailed = "horde_failed";

    /// <summary>The job failed by its own doing.</summary>
    public const string Failed = "failed";

    /// <summary>The validator never took the job, or nobody knows whether it was bought at all (<c>in_doubt</c>).</summary>
    public const string Lost = "lost";

    /// <summary>The job was taken and did not end within its bound.</summary>
    public const string Stuck = "stuck";

    /// <summary>The job could not be created; nothing was paid.</summary>
    public const string NotCreated = "not_created";

    /// <summary>Every class that <see cref="RunPolicy.RetryOn"/> may name.</summary>
    public static readonly IReadOnlyList<string> Retryable = [Rejected, HordeFailed, Failed, Lost, Stuck];

    /// <summary>Every class.</summary>
    public static readonly IReadOnlyList<string> All = [.. Retryable, NotCreated];
}

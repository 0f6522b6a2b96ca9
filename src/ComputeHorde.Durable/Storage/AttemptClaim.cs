using Azure;

namespace ComputeHorde.Durable.Storage;

internal sealed record AttemptClaim(AttemptKey Key, AttemptState State)
{
    /// <summary>Whether this very call made the claim.</summary>
    public bool IsNew { get; init; }

    /// <summary>The job that was bought; null when none is known.</summary>
    public string? JobUuid { get; init; }

    /// <summary>When a request that may have bought the job was last sent; null when none was.</summary>
    public DateTimeOffset? RequestedAt { get; init; }

    /// <summary>How many such requests were sent.</summary>
    public int Requests { get; init; }

    public ETag ETag { get; init; }
}

using Azure;

namespace ComputeHorde.Durable.Storage;

internal sealed record AttemptClaim(AttemptKey Key, AttemptState State)
{
    /// <summary>Whether no process before this one, and no execution before the one that made the claim, can have sent a request.</summary>
    public bool IsFirst { get; init; }

    /// <summary>The job that was bought; null when none is known.</summary>
    public string? JobUuid { get; init; }

    /// <summary>The last request that may have bought the job; null when none was sent.</summary>
    public SentRequest? LastRequest { get; init; }

    /// <summary>How many such requests were sent.</summary>
    public int Requests { get; init; }

    public ETag ETag { get; init; }
}

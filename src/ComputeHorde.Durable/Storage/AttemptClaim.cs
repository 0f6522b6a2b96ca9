namespace ComputeHorde.Durable.Storage;

/// <summary>A claim on an attempt.</summary>
/// <param name="JobUuid">The job that an earlier execution bought and noted; null when none is noted.</param>
/// <param name="IsNew">Whether this is the first claim: nothing can have been bought.</param>
/// <param name="IsContested">Whether another process may be creating the job right now.</param>
public sealed record AttemptClaim(string? JobUuid, bool IsNew, bool IsContested);

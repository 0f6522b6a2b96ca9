namespace ComputeHorde.Durable.Notices;

/// <summary>How one try went.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="Problem">Why it was not delivered.</param>
internal sealed record SendNoticeOutcome(SendStatus Status, string? Problem)
{
    /// <summary>How long the receiver wants to be left alone, in seconds; null when it did not say.</summary>
    public double? RetryAfterSeconds { get; init; }
}

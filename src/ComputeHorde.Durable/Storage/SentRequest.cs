namespace ComputeHorde.Durable.Storage;

/// <summary>When a request was sent.</summary>
/// <param name="At">By the clock, for other processes.</param>
/// <param name="Timestamp">By the timestamp of this process, which nobody sets.</param>
internal sealed record SentRequest(DateTimeOffset At, long Timestamp);

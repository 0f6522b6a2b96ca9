namespace ComputeHorde.Durable.Notices;

/// <summary>How far a delivery is: its custom status, and its output.</summary>
/// <param name="Status">One of <see cref="NoticeStatuses"/>.</param>
/// <param name="Attempts">How often the receiver was asked.</param>
/// <param name="Problem">Why it was not delivered the last time.</param>
/// <param name="NextAt">When it is tried again, UTC; null for now or never.</param>
internal sealed record NoticeProgress(string Status, int Attempts, string? Problem, DateTimeOffset? NextAt);

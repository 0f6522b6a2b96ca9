namespace ComputeHorde.Durable.Notices;

/// <summary>A notice that was given up.</summary>
/// <param name="Type">One of <see cref="NoticeTypes"/>.</param>
/// <param name="Problem">Why it was not delivered the last time.</param>
internal sealed record DeadNotice(string Id, string Type, string? Problem)
{
    /// <summary>When it was given up, UTC.</summary>
    public DateTimeOffset? At { get; init; }
}

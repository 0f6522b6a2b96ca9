namespace ComputeHorde.Durable.Checks;

/// <summary>What became of a report to the facilitator.</summary>
/// <param name="Status">One of the values below; null when nobody answered.</param>
/// <param name="NotNow">Who does not answer; null when it is known.</param>
internal sealed record CheatReport(string? Status, string? NotNow) : INotNow
{
    /// <summary>Recorded by the facilitator, which says nothing about what the validator does with it (protocol 7.3).</summary>
    public const string Recorded = "recorded";

    public const string AlreadyRecorded = "already_recorded";

    /// <summary>The facilitator does not have the job, or no longer.</summary>
    public const string JobUnknown = "job_unknown";

    public const string Refused = "refused";

    /// <summary>Nobody answered for days.</summary>
    public const string Undelivered = "undelivered";
}

namespace ComputeHorde.Fallback;

/// <summary>How a job ended.</summary>
/// <param name="Status">A terminal status of ComputeHorde.</param>
/// <param name="Reason">The protocol's reason, or the wrapper's; <c>ok</c> for a completed one.</param>
/// <param name="At">When, UTC.</param>
internal sealed record JobVerdict(string Status, string Reason, DateTimeOffset At)
{
    public string Message { get; init; } = "";

    public string? Stage { get; init; }

    public int? ExitCode { get; init; }

    public IReadOnlyList<StageTime> Stages { get; init; } = [];
}

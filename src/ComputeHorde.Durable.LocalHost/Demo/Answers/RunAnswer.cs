namespace ComputeHorde.Durable.LocalHost.Demo.Answers;

/// <summary>What the demo reads of <c>GET /api/jobs/{id}</c>.</summary>
internal sealed record RunAnswer(string Status, RunAnswer.Doing? Progress, RunAnswer.End? Outcome, RunAnswer.Finding? Check, string? Error)
{
    public bool HasEnded => Outcome is not null || Error is not null;

    internal sealed record Doing(int Attempt, int MaxAttempts, string Phase, string? JobUuid, string? Status, string? Note);

    internal sealed record End(
        string Status,
        string? JobUuid,
        ResultPlace? Result,
        Problem? Failure,
        IReadOnlyList<Bought> Attempts,
        Terms? Fallback
    )
    {
        public int TurnedAway { get; init; }

        public bool IsChecked { get; init; }

        public double ExecutorSeconds { get; init; }
    }

    internal sealed record ResultPlace(string Blob);

    internal sealed record Problem(string Class, string? Message);

    internal sealed record Bought(string? JobUuid);

    internal sealed record Terms(string Provider, decimal? UsdPerHour, decimal? CostBoundUsd, decimal? CostUsd);

    internal sealed record Finding(string Verdict, string Reason)
    {
        public IReadOnlyList<string> TrustedJobUuids { get; init; } = [];

        public bool IsConfirmed { get; init; }

        public string? Report { get; init; }
    }
}

using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Runs;

/// <summary>The job to buy.</summary>
/// <param name="Key">Which attempt of which run.</param>
/// <param name="ScheduledAt">When the orchestrator asked for it, UTC.</param>
/// <param name="UrlSeconds">How long upload URLs have to work, their margin not counted.</param>
internal sealed record BuyJobInput(AttemptKey Key, string RequestId, string RequestSha256, DateTimeOffset ScheduledAt, int UrlSeconds)
{
    /// <summary>Whether the upload URLs of the first attempt were handed out before the run began.</summary>
    public bool HasPreparedUrls { get; init; }

    /// <summary>Whether it is to be bought from the fallback provider.</summary>
    public bool OnFallback { get; init; }

    /// <summary>The most that it may cost there, in US dollars; null for what the settings say.</summary>
    public decimal? MaxUsd { get; init; }

    /// <summary>The newest <see cref="BuyJobOutcome.KnownInVain"/> of this attempt; null for none.</summary>
    public string? KnownInVain { get; init; }

    /// <summary>The trace of the run: W3C <c>traceparent</c>; null when nobody traces.</summary>
    public string? Trace { get; init; }
}

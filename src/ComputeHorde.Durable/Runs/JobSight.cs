using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Runs;

/// <summary>A job as its market shows it.</summary>
/// <param name="ClockOffset">The market's clock, which the job's own times are by, less this machine's; null when nothing is known of
/// it.</param>
internal sealed record JobSight(ComputeHordeJob Job, TimeSpan? ClockOffset)
{
    /// <summary>What it is run on, when that is not ComputeHorde.</summary>
    public FallbackTerms? Fallback { get; init; }
}

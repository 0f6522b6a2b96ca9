using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Runs;

/// <summary>What was settled.</summary>
/// <param name="Result">The stored result; null when there is none.</param>
/// <param name="Missing">Why the job does not count as completed after all; null when nothing is missing.</param>
/// <param name="NotNow">Who does not answer; null when the run is settled.</param>
internal sealed record SettleOutcome(ResultReference? Result, JobFailure? Missing, string? NotNow)
{
    /// <summary>What the attempts on fallback were run on, and what they cost, by their numbers.</summary>
    public IReadOnlyDictionary<int, FallbackTerms> Fallback { get; init; } = new Dictionary<int, FallbackTerms>();
}

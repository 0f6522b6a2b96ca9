using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Storage;
using ComputeHorde.Fallback;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Fallback;

/// <summary>
/// Stands where no fallback provider is set, or none any more: of jobs that one was given before nothing is known until it is back.
/// </summary>
internal sealed class MissingFallback(AttemptClaims claims) : IJobMarket
{
    private static FallbackException NotSet =>
        new(
            FallbackFailure.Unknown,
            "A job is on fallback, and no fallback provider is set: set ComputeHorde__FallbackProvider and its settings again."
        );

    public string Dependency => Outages.Fallback;

    public Task<BuyJobOutcome> FindOrBuyAsync(BuyJobInput input, HeldClaim held, CancellationToken cancellationToken) =>
        held.IsInDoubt
            ? throw NotSet
            : Task.FromResult(
                BuyJobOutcome.NoMachine("no_fallback_provider", "No fallback provider is set (ComputeHorde__FallbackProvider).")
            );

    public Task<JobSight> GetAsync(string jobUuid, CancellationToken cancellationToken) => throw NotSet;

    public Task<JobOutput> GetOutputAsync(string jobUuid, CancellationToken cancellationToken) => throw NotSet;

    public Task<IReadOnlyDictionary<string, JobLookup>> GetManyAsync(
        IReadOnlyCollection<string> jobUuids,
        CancellationToken cancellationToken
    ) =>
        Task.FromResult<IReadOnlyDictionary<string, JobLookup>>(
            jobUuids.Distinct(StringComparer.Ordinal).ToDictionary(uuid => uuid, uuid => new JobLookup(uuid) { Error = NotSet })
        );

    /// <summary>Nothing is held where no machine was asked for: else a run that only tried would wait for the settings.</summary>
    public async Task<FallbackTerms?> ReleaseAsync(AttemptKey attempt, CancellationToken cancellationToken)
    {
        var claim = await claims.ClaimAsync(attempt, DateTimeOffset.MaxValue, cancellationToken);
        return claim is { LastRequest: null, JobUuid: null } ? null : throw NotSet;
    }
}

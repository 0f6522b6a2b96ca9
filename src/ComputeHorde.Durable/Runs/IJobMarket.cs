using ComputeHorde.Durable.Storage;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Runs;

/// <summary>
/// Where the job of an attempt is bought, looked at and given back: ComputeHorde, or a fallback provider. Whatever keeps from knowing is a
/// <see cref="ComputeHordeException"/>, and never taken for "no".
/// </summary>
internal interface IJobMarket
{
    /// <summary>Its name in <see cref="Hosting.Outages"/>.</summary>
    string Dependency { get; }

    /// <summary>
    /// Looks for the job of an attempt wherever an earlier execution may have bought it, and buys it only when there is none for sure.
    /// </summary>
    /// <param name="held">Whoever calls holds it. What is learned of a doubt is noted in it, whether this answers or throws.</param>
    Task<BuyJobOutcome> FindOrBuyAsync(BuyJobInput input, HeldClaim held, CancellationToken cancellationToken);

    /// <exception cref="ComputeHordeNotFoundException">There is no such job (any more).</exception>
    Task<JobSight> GetAsync(string jobUuid, CancellationToken cancellationToken);

    /// <summary>Gets a job with what it printed and gave, outside of memory; dispose it.</summary>
    /// <exception cref="ComputeHordeNotFoundException">There is no such job (any more).</exception>
    Task<JobOutput> GetOutputAsync(string jobUuid, CancellationToken cancellationToken);

    /// <summary>Looks at many jobs, without their results, with as few requests as can be.</summary>
    Task<IReadOnlyDictionary<string, JobLookup>> GetManyAsync(IReadOnlyCollection<string> jobUuids, CancellationToken cancellationToken);

    /// <summary>Gives back all that an attempt holds at the market. Returns only when nothing of it costs any more.</summary>
    /// <returns>What the attempt was run on, with its cost; null where the market has nothing to tell.</returns>
    Task<FallbackTerms?> ReleaseAsync(AttemptKey attempt, CancellationToken cancellationToken);
}

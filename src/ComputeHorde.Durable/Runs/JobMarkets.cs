namespace ComputeHorde.Durable.Runs;

/// <summary>The markets, and which of them a job is of.</summary>
internal sealed class JobMarkets(IJobMarket horde, IJobMarket fallback)
{
    /// <summary>Ids of jobs on fallback begin so; ComputeHorde's are hexadecimal.</summary>
    private const string FallbackPrefix = "ch-";

    public IJobMarket For(bool isFallback) => isFallback ? fallback : horde;

    public IJobMarket Of(string jobUuid) => For(jobUuid.StartsWith(FallbackPrefix, StringComparison.Ordinal));
}

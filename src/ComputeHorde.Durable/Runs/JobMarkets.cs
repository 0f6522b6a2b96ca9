namespace ComputeHorde.Durable.Runs;

/// <summary>The markets, and which of them a job is of.</summary>
internal sealed class JobMarkets(IJobMarket horde, IJobMarket? fallback)
{
    /// <summary>Ids of jobs on fallback begin so; ComputeHorde's are hexadecimal.</summary>
    private const string FallbackPrefix = "ch-";

    /// <exception cref="InvalidOperationException">No fallback is set up.</exception>
    public IJobMarket For(bool isFallback) => !isFallback ? horde : fallback ?? throw NoFallback();

    public IJobMarket Of(string jobUuid) => For(jobUuid.StartsWith(FallbackPrefix, StringComparison.Ordinal));

    // The provider's settings must stay for as long as a job of it is under way: the activity is repeated until they are back.
    private static InvalidOperationException NoFallback() =>
        new("A job is on fallback, and no fallback provider is set: set ComputeHorde__FallbackProvider and its settings again.");
}

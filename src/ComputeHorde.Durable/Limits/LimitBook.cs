using ComputeHorde.Durable.Hosting;
using Microsoft.Extensions.Options;

namespace ComputeHorde.Durable.Limits;

/// <summary>The limits of the settings, by namespace.</summary>
internal sealed class LimitBook(IOptions<DurableOptions> options)
{
    /// <summary>The name of the limits of every namespace that has none of its own.</summary>
    public const string Others = "*";

    private static readonly NamespaceLimits None = new();

    /// <summary>The namespaces with limits of their own.</summary>
    public IEnumerable<string> Namespaces => options.Value.Limits.Keys.Where(static name => name != Others);

    /// <summary>The limits of a namespace; empty for none.</summary>
    public NamespaceLimits For(string jobNamespace) =>
        options.Value.Limits.TryGetValue(jobNamespace, out var own) ? own
        : options.Value.Limits.TryGetValue(Others, out var others) ? others
        : None;

    /// <summary>When a run goes to the fallback provider, where its request does not say; null where there is no provider.</summary>
    public string? Fallback => options.Value.FallbackProvider == FallbackProviders.None ? null : options.Value.Fallback;

    /// <summary>What a run has to ask for before it begins; null when it waits for nobody.</summary>
    public PlaceRequest? PlaceFor(string jobNamespace, NamespaceLimits? requested)
    {
        var limits = For(jobNamespace).With(requested);
        return limits.AreWaitedFor
            ? new PlaceRequest(jobNamespace, limits.Priority)
            {
                MaxInFlight = requested?.MaxInFlight,
                ExecutorSecondsPerDay = requested?.ExecutorSecondsPerDay,
            }
            : null;
    }
}

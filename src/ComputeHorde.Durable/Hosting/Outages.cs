using System.Collections.Concurrent;
using ComputeHorde.Fallback;
using ComputeHorde.Sdk;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Hosting;

/// <summary>Says once that something we depend on is away, and once that it is back: one line an outage, not one a retry.</summary>
internal sealed class Outages(TimeProvider timeProvider, ILogger<Outages> logger)
{
    /// <summary>The facilitator's name in the log.</summary>
    public const string Facilitator = "facilitator";

    /// <summary>The storage account's name in the log.</summary>
    public const string Storage = "storage";

    /// <summary>The fallback provider's name in the log.</summary>
    public const string Fallback = "fallback provider";

    /// <summary>Who is away by the word of an exception.</summary>
    public static string Of(ComputeHordeException exception) => exception is FallbackException ? Fallback : Facilitator;

    private readonly ConcurrentDictionary<string, DateTimeOffset> _since = new(StringComparer.Ordinal);

    /// <summary>Notes a failure; logs it when it is the first since the last success.</summary>
    /// <param name="dependency">What failed.</param>
    /// <param name="problem">How.</param>
    public void Started(string dependency, string problem)
    {
        if (_since.TryAdd(dependency, timeProvider.GetUtcNow()))
        {
            logger.OutageStarted(dependency, problem);
        }
    }

    /// <summary>Notes a success; logs it when it ends an outage.</summary>
    /// <param name="dependency">What answered.</param>
    public void Ended(string dependency)
    {
        if (!_since.IsEmpty && _since.TryRemove(dependency, out var start))
        {
            logger.OutageEnded(dependency, timeProvider.GetUtcNow() - start);
        }
    }
}

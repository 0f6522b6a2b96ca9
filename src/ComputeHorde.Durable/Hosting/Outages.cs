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

    /// <summary>The name, in the log, of the account whose delegation keys sign upload URLs.</summary>
    public const string Signing = "account that signs upload URLs";

    /// <summary>The fallback provider's name in the log.</summary>
    public const string Fallback = "fallback provider";

    /// <summary>Who is away by the word of an exception.</summary>
    public static string Of(ComputeHordeException exception) => exception is FallbackException ? Fallback : Facilitator;

    private readonly ConcurrentDictionary<string, Outage> _outages = new(StringComparer.Ordinal);

    /// <summary>Notes a failure; logs it when it is the first since the last success.</summary>
    /// <param name="dependency">What failed.</param>
    /// <param name="problem">How.</param>
    /// <param name="isWrite">Whether it was a write that failed, so that reads may go on: on a full disk only a write can show that it is
    /// over.</param>
    public void Started(string dependency, string problem, bool isWrite = false)
    {
        var outage = new Outage(timeProvider.GetTimestamp(), isWrite);
        if (_outages.TryAdd(dependency, outage))
        {
            logger.OutageStarted(dependency, problem);
        }
    }

    /// <summary>Notes a success; logs it when it ends an outage.</summary>
    /// <param name="dependency">What answered.</param>
    /// <param name="isWrite">Whether it was a write, or something that says as much.</param>
    public void Ended(string dependency, bool isWrite = true)
    {
        if (
            _outages.TryGetValue(dependency, out var outage)
            && (isWrite || !outage.IsOfWrites)
            && _outages.TryRemove(KeyValuePair.Create(dependency, outage))
        )
        {
            logger.OutageEnded(dependency, timeProvider.GetElapsedTime(outage.Since));
        }
    }

    private sealed record Outage(long Since, bool IsOfWrites);
}

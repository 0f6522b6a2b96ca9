using System.Collections.Immutable;

namespace ComputeHorde.Functions.Local.Invocation;

/// <summary>What started an invocation.</summary>
/// <param name="Value">The trigger's own object: an HttpContext, a queue message, a blob, a TimerInfo, an activity's input ...</param>
/// <param name="Data">Values that further parameters can take by name.</param>
/// <param name="Reason">For the log.</param>
internal sealed record TriggerInput(object? Value, IReadOnlyDictionary<string, object?> Data, string Reason)
{
    public static readonly IReadOnlyDictionary<string, object?> NoData = ImmutableDictionary.Create<string, object?>(
        StringComparer.OrdinalIgnoreCase
    );
}

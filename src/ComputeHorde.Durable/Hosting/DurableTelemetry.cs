using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ComputeHorde.Durable.Hosting;

/// <summary>
/// Traces and metrics of the functions, for OpenTelemetry's <c>AddSource</c> and <c>AddMeter</c>. One trace a run: it begins with the
/// request that starts the run and goes through every activity, across restarts, to the report.
/// </summary>
public static class DurableTelemetry
{
    /// <summary>Name of the <see cref="ActivitySource"/> and of the meter.</summary>
    public const string SourceName = "ComputeHorde.Durable";

    private static readonly ActivitySource Source = new(SourceName);

    internal static Meter Counters { get; } = new(SourceName);

    /// <summary>The trace that a run which starts now belongs to: W3C <c>traceparent</c>, null when nobody traces.</summary>
    internal static string? Current => Activity.Current is { IdFormat: ActivityIdFormat.W3C } current ? current.Id : null;

    /// <summary>Begins a span of a run.</summary>
    /// <param name="name">The activity.</param>
    /// <param name="trace">The run's trace.</param>
    /// <param name="subject">The run or the job.</param>
    internal static Activity? Start(string name, string? trace, string subject)
    {
        var span = Source.StartActivity(name, ActivityKind.Internal, trace);
        span?.SetTag("computehorde.subject", subject);
        return span;
    }

    internal static KeyValuePair<string, object?> Tag(string name, object value) => new(name, value);
}

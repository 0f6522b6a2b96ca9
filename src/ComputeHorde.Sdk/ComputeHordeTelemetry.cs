using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ComputeHorde.Sdk;

/// <summary>Names of this library's traces and metrics, for OpenTelemetry's <c>AddSource</c> and <c>AddMeter</c>.</summary>
public static class ComputeHordeTelemetry
{
    /// <summary>Name of the <see cref="ActivitySource"/>: one activity for each create, wait and run.</summary>
    public const string ActivitySourceName = "ComputeHorde.Sdk";

    /// <summary>Name of the <see cref="Meter"/>: requests, repeats, logins and created jobs.</summary>
    public const string MeterName = "ComputeHorde.Sdk";

    internal static readonly ActivitySource Source = new(ActivitySourceName);
    internal static readonly Meter Meter = new(MeterName);
    internal static readonly Histogram<double> RequestDuration = Meter.CreateHistogram<double>(
        "computehorde.client.request.duration",
        "s",
        "Time of one request to the facilitator, by call and HTTP status (0: no answer)."
    );

    internal static readonly Counter<long> Retries = Meter.CreateCounter<long>(
        "computehorde.client.retries",
        "{retry}",
        "Requests repeated after a transient failure, by call."
    );

    internal static readonly Counter<long> Logins = Meter.CreateCounter<long>(
        "computehorde.client.logins",
        "{login}",
        "Successful logins."
    );

    internal static readonly Counter<long> JobsCreated = Meter.CreateCounter<long>(
        "computehorde.client.jobs.created",
        "{job}",
        "Jobs that this client created."
    );

    internal static readonly Counter<long> JobsFound = Meter.CreateCounter<long>(
        "computehorde.client.jobs.found",
        "{job}",
        "Creates that found their job stored already, by its tag."
    );

    internal static readonly Counter<long> JobsDuplicated = Meter.CreateCounter<long>(
        "computehorde.client.jobs.duplicates",
        "{job}",
        "Further jobs found under a tag, which cost as well; should be none."
    );
}

using System.Diagnostics;
using System.Diagnostics.Metrics;
using ComputeHorde.Durable.Checks;
using ComputeHorde.Durable.Runs;

namespace ComputeHorde.Durable.Hosting;

/// <summary>
/// Traces and metrics of the functions, for OpenTelemetry's <c>AddSource</c> and <c>AddMeter</c>. One trace a run: it begins with the request that
/// starts the run and goes through every activity, across restarts, to the report.
/// </summary>
public static class DurableTelemetry
{
    /// <summary>Name of the <see cref="ActivitySource"/> and of the <see cref="Meter"/>.</summary>
    public const string SourceName = "ComputeHorde.Durable";

    private static readonly ActivitySource Source = new(SourceName);
    private static readonly Meter Meter = new(SourceName);

    private static readonly Counter<long> RunsStarted = Meter.CreateCounter<long>("computehorde.runs.started", "{run}", "Runs started, by executor class.");
    private static readonly Counter<long> RunsEnded = Meter.CreateCounter<long>("computehorde.runs.ended", "{run}", "Runs ended, by status.");
    private static readonly Counter<long> AttemptsEnded = Meter.CreateCounter<long>("computehorde.attempts.ended", "{attempt}", "Attempts ended, by failure class and reason.");
    private static readonly Counter<double> ExecutorSeconds = Meter.CreateCounter<double>("computehorde.executor.time", "s", "Executor time of all attempts.");
    private static readonly Histogram<double> StageDuration = Meter.CreateHistogram<double>("computehorde.stage.duration", "s", "Time that jobs spent to reach a status from the one before, by status.");
    private static readonly Counter<long> Samples = Meter.CreateCounter<long>("computehorde.samples", "{job}", "Sampling decisions, by whether the job is checked.");
    private static readonly Counter<long> VerdictsFound = Meter.CreateCounter<long>("computehorde.verdicts", "{job}", "Checked jobs, by verdict.");
    private static readonly Counter<double> TrustedSeconds = Meter.CreateCounter<double>("computehorde.trusted.time", "s", "Executor time on the trusted miner.");
    private static readonly Counter<long> PollCalls = Meter.CreateCounter<long>("computehorde.poll.calls", "{call}", "List calls of the poller.");
    private static readonly Histogram<int> InFlight = Meter.CreateHistogram<int>("computehorde.poll.jobs", "{job}", "Jobs in flight at each poll.");

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

    internal static void RunStarted(string executorClass) => RunsStarted.Add(1, Tag("executor_class", executorClass));

    internal static void RunEnded(RunOutcome outcome)
    {
        RunsEnded.Add(1, Tag("status", outcome.Status));
        ExecutorSeconds.Add(outcome.ExecutorSeconds);
        foreach (var attempt in outcome.Attempts)
        {
            AttemptsEnded.Add(1, Tag("class", attempt.Failure?.Class ?? "none"), Tag("reason", attempt.Failure?.Reason ?? "none"));
            for (var index = 1; index < attempt.History.Count; index++)
            {
                StageDuration.Record((attempt.History[index].At - attempt.History[index - 1].At).TotalSeconds, Tag("status", attempt.History[index].Status));
            }
        }
    }

    internal static void Sampled(bool isSampled) => Samples.Add(1, Tag("checked", isSampled));

    internal static void Checked(CheckOutcome outcome)
    {
        VerdictsFound.Add(1, Tag("verdict", outcome.Verdict));
        TrustedSeconds.Add(outcome.TrustedSeconds);
    }

    internal static void Polled(int jobs, int calls)
    {
        InFlight.Record(jobs);
        PollCalls.Add(calls);
    }

    private static KeyValuePair<string, object?> Tag(string name, object value) => new(name, value);
}

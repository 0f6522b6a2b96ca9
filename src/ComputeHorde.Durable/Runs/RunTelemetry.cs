using System.Diagnostics.Metrics;
using static ComputeHorde.Durable.Hosting.DurableTelemetry;

namespace ComputeHorde.Durable.Runs;

internal static class RunTelemetry
{
    private static readonly Counter<long> RunsStarted = Counters.CreateCounter<long>(
        "computehorde.runs.started",
        "{run}",
        "Runs started, by executor class."
    );
    private static readonly Counter<long> RunsEnded = Counters.CreateCounter<long>(
        "computehorde.runs.ended",
        "{run}",
        "Runs ended, by status."
    );
    private static readonly Counter<long> AttemptsEnded = Counters.CreateCounter<long>(
        "computehorde.attempts.ended",
        "{attempt}",
        "Attempts ended, by failure class and reason."
    );
    private static readonly Counter<double> ExecutorSeconds = Counters.CreateCounter<double>(
        "computehorde.executor.time",
        "s",
        "Executor time of all attempts."
    );
    private static readonly Histogram<double> StageDuration = Counters.CreateHistogram<double>(
        "computehorde.stage.duration",
        "s",
        "Time that jobs spent to reach a status from the one before, by status."
    );
    private static readonly Counter<long> PollCalls = Counters.CreateCounter<long>(
        "computehorde.poll.calls",
        "{call}",
        "List calls of the poller."
    );
    private static readonly Histogram<int> InFlight = Counters.CreateHistogram<int>(
        "computehorde.poll.jobs",
        "{job}",
        "Jobs in flight at each poll."
    );
    private static readonly Counter<long> TurnedAway = Counters.CreateCounter<long>(
        "computehorde.jobs.turned_away",
        "{job}",
        "Jobs that nobody had room for, at no cost."
    );

    public static void Started(string executorClass) => RunsStarted.Add(1, Tag("executor_class", executorClass));

    public static void Ended(RunOutcome outcome)
    {
        RunsEnded.Add(1, Tag("status", outcome.Status));
        ExecutorSeconds.Add(outcome.ExecutorSeconds);
        TurnedAway.Add(outcome.TurnedAway);
        foreach (var attempt in outcome.Attempts)
        {
            AttemptsEnded.Add(1, Tag("class", attempt.Failure?.Class ?? "none"), Tag("reason", attempt.Failure?.Reason ?? "none"));
            for (var index = 1; index < attempt.History.Count; index++)
            {
                StageDuration.Record(
                    (attempt.History[index].At - attempt.History[index - 1].At).TotalSeconds,
                    Tag("status", attempt.History[index].Status)
                );
            }
        }
    }

    public static void Polled(int jobs, int calls)
    {
        InFlight.Record(jobs);
        PollCalls.Add(calls);
    }
}

using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Limits;
using ComputeHorde.Durable.Storage;
using Microsoft.DurableTask;

namespace ComputeHorde.Durable.Runs;

/// <summary>What a run knows and holds on its course, and the little that all of its steps do with it.</summary>
internal sealed class RunState : IDisposable
{
    /// <summary>An outage of both markets must not buy machine after machine.</summary>
    private const int MostOnFallback = 2;

    /// <summary>Back ends take a custom status of 16 KiB.</summary>
    private const int MostShownAttempts = 3;

    public RunState(TaskOrchestrationContext context, RunInput input)
    {
        (Context, Input) = (context, input);
        TimesOutAt = Policy.TimeoutSeconds is { } seconds ? context.CurrentUtcDateTime.AddSeconds(seconds) : null;
        Inbox = new RunInbox(context, TimesOutAt);
    }

    public TaskOrchestrationContext Context { get; }

    public RunInput Input { get; }

    public RunPolicy Policy => Input.Policy;

    public DateTime? TimesOutAt { get; }

    public RunInbox Inbox { get; }

    /// <summary>Oldest first.</summary>
    public List<Attempt> Attempts { get; } = [];

    /// <summary>How long the run has waited for room; null when it does not.</summary>
    public CapacityWait? Capacity { get; set; }

    public string? LastProblem { get; set; }

    public bool NextIsOnFallback { get; set; }

    /// <summary>Whether ComputeHorde was away when fallback was asked for.</summary>
    public bool IsOutage { get; set; }

    public DateTime Now => Context.CurrentUtcDateTime;

    public Attempt Current => Attempts[^1];

    public Attempt? Completed => Attempts.Find(static attempt => attempt.IsCompleted && attempt.Failure is null);

    public int Paid => Attempts.Count(static attempt => attempt.IsPaid);

    public void Dispose() => Inbox.Dispose();

    /// <summary>Waits, and goes on early when a job that had been given up proves alive.</summary>
    public async Task<RunEnd> PauseAsync(TimeSpan pause, Func<bool> isOver)
    {
        var until = Now + pause;
        var signal = RunSignal.Updated;
        while (signal == RunSignal.Updated && !isOver())
        {
            signal = await Inbox.NextAsync(until, ApplyUpdate);
        }

        return EndOf(signal);
    }

    /// <summary>
    /// Sends the next attempt to the fallback provider, if the policy lets it. A copy on the trusted miner has nothing to look for there.
    /// </summary>
    public bool FallsBack(string mode)
    {
        if (
            Input.TrustedCopyOf is not null
            || Attempts.Count(static attempt => attempt.OnFallback) >= MostOnFallback
            || !Policy.FallsBack(mode)
        )
        {
            return false;
        }

        return NextIsOnFallback = true;
    }

    public bool ApplyUpdate(JobUpdate update)
    {
        var attempt =
            Attempts.Find(attempt => attempt.Job?.JobUuid == update.JobUuid)
            ?? (Attempts.Count > 0 && Current.Job is null && update.Attempt == Current.Number ? Current : null);
        return attempt is not null && attempt.Apply(update, Now);
    }

    public AttemptKey KeyOf(Attempt attempt) =>
        new(Context.InstanceId, attempt.Number, Input.TrustedCopyOf is not null) { CopyOf = Input.TrustedCopyOf };

    public Task<T> CallAsync<T>(string activity, object input) => Context.CallActivityAsync<T>(activity, input, RetryOptions.Activity);

    /// <summary>Up to a quarter more, so that runs which failed together do not come back together.</summary>
    public TimeSpan WithJitter(TimeSpan pause) => pause * (1 + (Context.NewGuid().ToByteArray()[0] / 1024.0));

    public void ShowProgress(string phase)
    {
        var attempt = Attempts.Count > 0 ? Current : null;
        var newest = attempt?.Job?.History is [.., var last] ? last : null;
        Context.SetCustomStatus(
            new RunProgress(
                attempt is null ? 0 : Paid + (attempt.IsPaid ? 0 : 1),
                Policy.MaxAttempts,
                phase,
                attempt?.Job?.JobUuid,
                newest?.Status,
                newest?.At
            )
            {
                Note = LastProblem,
                Capacity = attempt is { IsAccepted: true } ? null : Capacity,
                Number = attempt?.Number ?? 0,
                Attempts =
                [
                    .. Attempts
                        .Where(static attempt => attempt is { IsPaid: true, Job: not null })
                        .TakeLast(MostShownAttempts)
                        .Select(static attempt => attempt.Outcome()),
                ],
                Streaming = attempt?.Job?.Streaming,
            }
        );
    }

    public static RunEnd EndOf(RunSignal signal) =>
        signal switch
        {
            RunSignal.Cancelled => RunEnd.Cancelled,
            RunSignal.TimedOut => RunEnd.TimedOut,
            _ => RunEnd.None,
        };
}

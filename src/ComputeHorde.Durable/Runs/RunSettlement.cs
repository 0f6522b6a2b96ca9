using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Notices;
using ComputeHorde.Durable.Storage;
using Microsoft.DurableTask;

namespace ComputeHorde.Durable.Runs;

/// <summary>
/// The last steps of a run: its result is stored, what it holds is released, its check is begun and whoever asked is told.
/// </summary>
internal sealed class RunSettlement(RunState run)
{
    /// <summary>Whoever has cancelled a run while its market is away does not want to wait for what a failed job had printed.</summary>
    private static readonly TimeSpan MostTimeForOutput = TimeSpan.FromMinutes(10);

    private ResultReference? _result;

    /// <summary>Stores the result of the job that completed, if one has. A job without the outputs it owes has not completed.</summary>
    public async Task<RunEnd> StoreAsync()
    {
        if (run.Completed is not { } winner)
        {
            return RunEnd.None;
        }

        var settled = await SettleAsync(winner, isFinal: false);
        if (settled.Missing is { } missing)
        {
            winner.Fail(missing);
            return RunEnd.None;
        }

        _result = settled.Result;
        return RunEnd.Completed;
    }

    /// <summary>Whatever ended the run: what there is gets stored, and everything that it held is released.</summary>
    public async Task<RunOutcome> EndAsync(RunEnd end)
    {
        if (end != RunEnd.Completed)
        {
            var last = run.Attempts.FindLast(static attempt => attempt is { Job.HasEnded: true, IsTurnedAway: false });
            var mostTime = end == RunEnd.Failed ? (TimeSpan?)null : MostTimeForOutput;
            _result = (await SettleAsync(last, isFinal: true, mostTime)).Result;
        }

        var outcome = RunOutcome.Of(end, run.Attempts, _result);
        run.Context.CreateReplaySafeLogger(nameof(RunJob))
            .RunEnded(run.Context.InstanceId, outcome.Status, outcome.PaidAttempts, outcome.JobUuid);
        if (!run.Context.IsReplaying)
        {
            RunTelemetry.Ended(outcome);
        }

        outcome = outcome with { IsChecked = await StartCheckAsync(outcome) };
        await Notice.SendAsync(
            run.Context,
            run.Input.Webhook,
            run.Context.InstanceId,
            NoticeTypes.Run + outcome.Status,
            RunNotice.Of(run.Context.InstanceId, run.Input.Namespace, outcome)
        );
        return outcome;
    }

    /// <summary>Leaves the result to a check of its own, and does not wait for it.</summary>
    private async Task<bool> StartCheckAsync(RunOutcome outcome)
    {
        var job = outcome.JobUuid ?? (outcome.Attempts is [.., var last] ? last.JobUuid : null);
        var isOfInterest =
            outcome.Status == RunStatuses.Completed
            || outcome is { Status: RunStatuses.Failed, Failure.Class: FailureClasses.Failed };
        if (run.Inbox.IsCancelled)
        {
            // It came too late for the run, and the check would buy.
            return false;
        }

        var isOnFallback = run.Attempts.Exists(attempt => attempt.OnFallback && attempt.Job?.JobUuid == job);
        if (isOnFallback || run.Input.Check is not { } check || !isOfInterest || job is null || outcome.Result is not { } result)
        {
            return false;
        }

        var copy = run.Input with { Check = null, Place = null, HasPreparedUrls = false, Webhook = null, Warnings = [] };
        var input = new CheckInput(run.Context.InstanceId, job, result, check, copy)
        {
            Failure = outcome.Failure,
            TimesOutAt = run.TimesOutAt,
            Webhook = run.Input.Webhook,
            ExecutorSeconds = outcome.ExecutorSeconds,
        };
        try
        {
            await run.CallAsync<bool>(nameof(StartCheck), input);
            return true;
        }
        catch (TaskFailedException exception)
        {
            // The result is stored and paid for: it counts, checked or not.
            run.Context.CreateReplaySafeLogger(nameof(RunJob))
                .CheckNotStarted(run.Context.InstanceId, exception.FailureDetails.ErrorMessage);
            return false;
        }
    }

    /// <summary>
    /// Stores the result of an attempt, if any, and releases what the run holds, for as long as it takes: a paid result is not given up.
    /// </summary>
    /// <param name="mostTime">How long the result of an attempt is tried to be had; null for any time.</param>
    private async Task<SettleOutcome> SettleAsync(Attempt? attempt, bool isFinal, TimeSpan? mostTime = null)
    {
        var began = run.Now;
        var input = new SettleInput(
            run.KeyOf(run.Attempts.Count > 0 ? run.Attempts[0] : new Attempt(run.Input.FirstAttempt)),
            Math.Max(1, run.Attempts.Count)
        )
        {
            Decisive = attempt?.Number,
            JobUuid = attempt?.Job?.JobUuid,
            Outputs = run.Input.Outputs,
            IsFinal = isFinal,
            IsStreaming = run.Input.IsStreaming,
            Place = run.Input.Place,
            ExecutorSeconds = run.Attempts.Sum(static attempt => attempt.ExecutorSeconds),
            OnFallback = [.. run.Attempts.Where(static attempt => attempt.OnFallback).Select(static attempt => attempt.Number)],
            Trace = run.Input.Trace,
        };
        for (var round = 0; ; round++)
        {
            run.ShowProgress(RunPhases.Storing);
            var settled = await run.CallAsync<SettleOutcome>(nameof(SettleRun), input);
            if (settled.NotNow is null)
            {
                foreach (var (number, terms) in settled.Fallback)
                {
                    run.Attempts.Find(attempt => attempt.Number == number)?.Settle(terms);
                }

                return settled;
            }

            if (run.Now - began >= mostTime)
            {
                input = input with { Decisive = null, JobUuid = null };
            }

            run.LastProblem = settled.NotNow;
            run.ShowProgress(RunPhases.Storing);
            await run.Context.CreateTimer(run.Now + Pauses.Grow(Pauses.First, round, Pauses.Longest), CancellationToken.None);
        }
    }
}

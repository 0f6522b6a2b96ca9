using ComputeHorde.Durable.Hosting;

namespace ComputeHorde.Durable.Runs;

/// <summary>The step of a run that waits for its job, told by the poller and looking for itself at a deadline.</summary>
internal sealed class JobWatch(RunState run)
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(10);

    /// <summary>Waits until a job completes, or the current one has failed or is overdue.</summary>
    public async Task<RunEnd> WatchAsync()
    {
        var unanswered = 0;
        DateTime? lookAt = null;
        while (run.Completed is null && run.Current.Failure is null)
        {
            run.ShowProgress(RunPhases.Waiting);
            var signal = await run.Inbox.NextAsync(lookAt ?? run.Current.Deadline(run.Policy, run.Input.JobBoundSeconds), run.ApplyUpdate);
            if (signal == RunSignal.Elapsed)
            {
                var (isKnown, left) = await LookAsync();
                unanswered = isKnown ? 0 : unanswered + 1;
                lookAt = run.Now + (isKnown ? left : Pauses.Grow(FirstLook, unanswered - 1, Pauses.Longest));
                continue;
            }

            lookAt = null;
            if (RunState.EndOf(signal) is var end and not RunEnd.None)
            {
                return end;
            }
        }

        return RunEnd.None;
    }

    /// <summary>
    /// At a deadline the run looks for itself: an event that went missing cannot hang it, and a clock that jumped cannot condemn a job.
    /// </summary>
    /// <returns>Whether anything is known now, and how long the job may still take.</returns>
    private async Task<(bool IsKnown, TimeSpan Left)> LookAsync()
    {
        var seen = await run.CallAsync<LookAtJobOutcome>(
            nameof(LookAtJob),
            new LookAtJobInput(run.Current.Job!.JobUuid, run.Current.Number) { Trace = run.Input.Trace }
        );
        run.LastProblem = seen.Problem ?? run.LastProblem;
        if (seen.Problem is not null)
        {
            return (false, default);
        }

        run.ApplyUpdate(seen.Update ?? JobUpdate.Gone(run.Current.Job!.JobUuid, run.Current.Number));
        var left = run.Current.TimeLeft(run.Policy, run.Input.JobBoundSeconds, run.Now, seen.ClockOffset);
        if (run.Current.OnFallback)
        {
            // There the machine has a deadline of its own, and is gone before its job is given up.
            return (true, left > FirstLook ? left : FirstLook);
        }

        if (run.Current.IsOpen && left <= TimeSpan.Zero)
        {
            run.Current.Fail(run.Current.Overdue(run.Policy, run.Input.JobBoundSeconds));
        }

        return (true, left);
    }
}

using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Limits;
using ComputeHorde.Durable.Storage;
using Microsoft.DurableTask;

namespace ComputeHorde.Durable.Runs;

/// <summary>
/// The course of one run: buy, watch, store, decide. Lives inside the orchestrator, so nothing here does I/O or reads a clock.
/// </summary>
internal sealed class RunCourse(RunState run)
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(30),
        LongestCapacityPause = TimeSpan.FromMinutes(5);

    private readonly JobPurchase _purchase = new(run);
    private readonly JobWatch _watch = new(run);
    private readonly RunSettlement _settlement = new(run);

    public async Task<RunOutcome> CompleteAsync()
    {
        var end = await WaitForPlaceAsync();
        while (end == RunEnd.None)
        {
            BeginAttempt();
            end = await _purchase.BuyAsync();
            if (end == RunEnd.None)
            {
                end = await _watch.WatchAsync();
            }

            if (end == RunEnd.None)
            {
                end = await _settlement.StoreAsync();
            }

            if (end == RunEnd.None)
            {
                end = await DecideAsync();
            }
        }

        return await _settlement.EndAsync(end);
    }

    /// <summary>Waits until the namespace has a place for the run, when it has limits at all.</summary>
    private async Task<RunEnd> WaitForPlaceAsync()
    {
        for (var round = 0; run.Input.Place is { } place; round++)
        {
            var asked = await run.CallAsync<PlaceOutcome>(nameof(AskForPlace), new AskForPlaceInput(run.Context.InstanceId, place));
            if (asked.IsHeld)
            {
                break;
            }

            run.LastProblem = asked.Problem;
            run.ShowProgress(RunPhases.WaitingForPlace);

            // The poller tells when there is one. Should that go missing, the run asks again.
            var signal = await run.Inbox.NextAsync(run.Now + Pauses.Grow(FirstLook, round, Pauses.Longest), run.ApplyUpdate);
            if (RunState.EndOf(signal) is var end and not RunEnd.None)
            {
                return end;
            }
        }

        return RunEnd.None;
    }

    /// <summary>A new attempt follows one that has failed, unless an older one has completed meanwhile.</summary>
    private void BeginAttempt()
    {
        if (run.Attempts.Count == 0 || (run.Completed is null && run.Current.Failure is not null))
        {
            run.Attempts.Add(new Attempt(run.Input.FirstAttempt + run.Attempts.Count, run.NextIsOnFallback));
            run.NextIsOnFallback = false;
        }
    }

    /// <summary>Ends the run when no further attempt is worth it; else pauses before the next one.</summary>
    private async Task<RunEnd> DecideAsync()
    {
        if (run.Current.Failure is not { } failure)
        {
            return RunEnd.None;
        }

        run.Context.CreateReplaySafeLogger(nameof(RunJob))
            .AttemptFailed(run.Context.InstanceId, run.Current.Number, failure.Class, failure.Reason, failure.Message);
        run.LastProblem = $"{failure.Class}: {(string.IsNullOrEmpty(failure.Message) ? failure.Reason : failure.Message)}";
        if (run.NextIsOnFallback)
        {
            return RunEnd.None;
        }

        if (run.Current is { OnFallback: true, Job: null } && run.IsOutage)
        {
            // No machine either: ComputeHorde is waited for again.
            run.IsOutage = false;
            return RunEnd.None;
        }

        if (!IsWorthAnother(failure) || run.Current is { OnFallback: true, Job: null })
        {
            return RunEnd.Failed;
        }

        if (run.Current.OnFallback && failure.Reason is not "no_transfer_tool" && run.FallsBack(FallbackModes.OnUnavailable))
        {
            return await run.PauseAsync(run.WithJitter(TimeSpan.FromSeconds(run.Policy.BackoffSeconds)), () => run.Completed is not null);
        }

        return run.Current.IsTurnedAway ? await WaitForCapacityAsync() : await BackOffAsync();
    }

    /// <summary>
    /// Nobody had room: nothing was paid and no attempt is used up. The job is offered again, more and more rarely, under a bound of its
    /// own.
    /// </summary>
    private async Task<RunEnd> WaitForCapacityAsync()
    {
        run.Capacity = new CapacityWait(run.Capacity?.Since ?? run.Now, (run.Capacity?.Count ?? 0) + 1);
        var left = run.Capacity.Since.AddSeconds(run.Policy.CapacityTimeoutSeconds) - run.Now;
        if (left <= TimeSpan.Zero)
        {
            return run.FallsBack(FallbackModes.OnUnavailable) ? RunEnd.None : RunEnd.Failed;
        }

        run.ShowProgress(RunPhases.WaitingForCapacity);
        var pause = run.WithJitter(
            Pauses.Grow(TimeSpan.FromSeconds(5 * run.Policy.BackoffSeconds), run.Capacity.Count - 1, LongestCapacityPause)
        );
        return await run.PauseAsync(pause < left ? pause : left, () => run.Completed is not null || run.Current.Failure is null);
    }

    private async Task<RunEnd> BackOffAsync()
    {
        run.Capacity = null;
        if (run.Policy.MaxAttempts > 0 && run.Paid >= run.Policy.MaxAttempts)
        {
            return run.FallsBack(FallbackModes.AfterAttempts) ? RunEnd.None : RunEnd.Failed;
        }

        run.ShowProgress(RunPhases.BackingOff);
        var pause = Pauses.Grow(
            TimeSpan.FromSeconds(run.Policy.BackoffSeconds),
            run.Paid - 1,
            TimeSpan.FromSeconds(run.Policy.MaxBackoffSeconds)
        );
        return await run.PauseAsync(run.WithJitter(pause), () => run.Completed is not null || run.Current.Failure is null);
    }

    private bool IsWorthAnother(JobFailure failure) =>
        !failure.CausedByRequest
        && !run.Policy.NeverRetryReasons.Contains(failure.Reason)
        && (run.Policy.RetryOn.Contains(failure.Class) || run.Policy.RetryReasons.Contains(failure.Reason));
}

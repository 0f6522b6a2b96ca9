using ComputeHorde.Durable.Hosting;

namespace ComputeHorde.Durable.Runs;

/// <summary>The step of a run that buys the job of an attempt.</summary>
internal sealed class JobPurchase(RunState run)
{
    /// <summary>The facilitator may say no for a while when keys are rolled or a release is bad; then it means it.</summary>
    private const int RefusedForSeconds = 1800;

    /// <summary>
    /// Buys the job of the current attempt. While nobody answers the run waits; while the job may have been bought all the same, it is not
    /// given up for want of an answer.
    /// </summary>
    public async Task<RunEnd> BuyAsync()
    {
        var since = run.Now;
        DateTime? refusedSince = null;
        string? knownInVain = null;
        for (var round = 0; run.Completed is null && run.Current.Job is null; round++)
        {
            run.ShowProgress(RunPhases.Creating);
            var purchase = await run.CallAsync<BuyJobOutcome>(
                nameof(BuyJob),
                new BuyJobInput(
                    run.KeyOf(run.Current),
                    run.Input.RequestId,
                    run.Input.RequestSha256,
                    run.Now,
                    run.Input.JobBoundSeconds + run.Policy.LostAfterSeconds
                )
                {
                    HasPreparedUrls = run.Input.HasPreparedUrls,
                    OnFallback = run.Current.OnFallback,
                    MaxUsd = run.Policy.FallbackMaxUsd,
                    KnownInVain = knownInVain,
                    Trace = run.Input.Trace,
                }
            );
            if (purchase.Update is { } job)
            {
                run.LastProblem = run.Capacity is null ? null : run.LastProblem;
                run.ApplyUpdate(job);
                break;
            }

            run.LastProblem = purchase.Problem;
            run.Current.IsInDoubt = purchase.IsInDoubt;
            knownInVain = purchase.KnownInVain ?? knownInVain;
            refusedSince = purchase.Status == BuyStatus.Refused ? refusedSince ?? run.Now : null;
            if (purchase.Status is BuyStatus.NoValidator or BuyStatus.NoMachine)
            {
                var reason = purchase.Status == BuyStatus.NoValidator ? "no_validator" : purchase.Reason;
                run.Current.Fail(new JobFailure(FailureClasses.Rejected, reason, run.LastProblem));
                break;
            }

            if (purchase.Status == BuyStatus.Impossible)
            {
                return GiveUp(purchase.Reason);
            }

            if (refusedSince is { } first && run.Now >= first.AddSeconds(run.Policy.CreateTimeoutSeconds ?? RefusedForSeconds))
            {
                return GiveUp("refused");
            }

            if (!purchase.IsInDoubt && run.Policy.CreateTimeoutSeconds is { } bound && run.Now >= since.AddSeconds(bound))
            {
                return GiveUp("unreachable");
            }

            if (
                !run.Current.OnFallback
                && run.Now >= since.AddSeconds(run.Policy.CapacityTimeoutSeconds)
                && run.FallsBack(FallbackModes.OnUnavailable)
            )
            {
                // Another attempt, for this one may still turn out to be bought.
                run.IsOutage = true;
                run.Current.Fail(new JobFailure(FailureClasses.NotCreated, "unreachable", run.LastProblem));
                break;
            }

            run.ShowProgress(RunPhases.Creating);
            var end = await run.PauseAsync(
                run.WithJitter(Pauses.Grow(Pauses.First, round, Pauses.Longest)),
                () => run.Completed is not null
            );
            if (end != RunEnd.None)
            {
                if (run.Current is { Job: null, IsInDoubt: true })
                {
                    run.Current.Fail(new JobFailure(FailureClasses.Lost, "in_doubt", run.LastProblem));
                }

                return end;
            }
        }

        return RunEnd.None;

        RunEnd GiveUp(string reason)
        {
            run.Current.Fail(new JobFailure(FailureClasses.NotCreated, reason, run.LastProblem));
            return RunEnd.Failed;
        }
    }
}

using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Limits;
using ComputeHorde.Durable.Notices;
using ComputeHorde.Durable.Storage;
using Microsoft.DurableTask;

namespace ComputeHorde.Durable.Runs;

/// <summary>The course of one run: buy, watch, store, decide. Lives inside the orchestrator, so nothing here does I/O or reads a clock.</summary>
internal sealed class RunCourse : IDisposable
{
    /// <summary>The facilitator may say no for a while when keys are rolled or a release is bad; then it means it.</summary>
    private const int RefusedForSeconds = 1800;

    /// <summary>An outage of both markets must not buy machine after machine.</summary>
    private const int MostOnFallback = 2;

    /// <summary>Back ends take a custom status of 16 KiB.</summary>
    private const int MostShownAttempts = 3;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2), FirstLook = TimeSpan.FromSeconds(10), LongestCapacityPause = TimeSpan.FromMinutes(5);

    private readonly TaskOrchestrationContext _context;
    private readonly RunInput _input;
    private readonly RunPolicy _policy;
    private readonly DateTime? _timesOutAt;
    private readonly RunInbox _inbox;
    private readonly List<Attempt> _attempts = [];
    private ResultReference? _result;
    private CapacityWait? _capacity;
    private string? _lastProblem;

    private bool _nextIsOnFallback, _isOutage;

    public RunCourse(TaskOrchestrationContext context, RunInput input)
    {
        _context = context;
        _input = input;
        _policy = input.Policy;
        _timesOutAt = _policy.TimeoutSeconds is { } seconds ? context.CurrentUtcDateTime.AddSeconds(seconds) : null;
        _inbox = new RunInbox(context, _timesOutAt);
    }

    private DateTime Now => _context.CurrentUtcDateTime;

    private Attempt Current => _attempts[^1];

    private Attempt? Completed => _attempts.Find(static attempt => attempt.IsCompleted && attempt.Failure is null);

    private int OnFallback => _attempts.Count(static attempt => attempt.OnFallback);

    private int Paid => _attempts.Count(static attempt => attempt.IsPaid);

    public void Dispose() => _inbox.Dispose();

    public async Task<RunOutcome> CompleteAsync()
    {
        var end = await WaitForPlaceAsync();
        while (end == RunEnd.None)
        {
            BeginAttempt();
            end = await BuyAsync();
            if (end == RunEnd.None)
            {
                end = await WatchAsync();
            }

            if (end == RunEnd.None)
            {
                end = await StoreAsync();
            }

            if (end == RunEnd.None)
            {
                end = await DecideAsync();
            }
        }

        return await EndAsync(end);
    }

    /// <summary>Waits until the namespace has a place for the run, when it has limits at all.</summary>
    private async Task<RunEnd> WaitForPlaceAsync()
    {
        for (var round = 0; _input.Place is { } place; round++)
        {
            var asked = await CallAsync<PlaceOutcome>(nameof(AskForPlace), new AskForPlaceInput(_context.InstanceId, place));
            if (asked.IsHeld)
            {
                break;
            }

            _lastProblem = asked.Problem;
            ShowProgress(RunPhases.WaitingForPlace);

            // The poller tells when there is one. Should that go missing, the run asks again.
            var signal = await _inbox.NextAsync(Now + Pauses.Grow(FirstLook * 3, round, Pauses.Longest), ApplyUpdate);
            if (EndOf(signal) is var end and not RunEnd.None)
            {
                return end;
            }
        }

        return RunEnd.None;
    }

    /// <summary>A new attempt follows one that has failed, unless an older one has completed meanwhile.</summary>
    private void BeginAttempt()
    {
        if (_attempts.Count == 0 || (Completed is null && Current.Failure is not null))
        {
            _attempts.Add(new Attempt(_input.FirstAttempt + _attempts.Count, _nextIsOnFallback));
            _nextIsOnFallback = false;
        }
    }

    /// <summary>Buys the job of the current attempt. While nobody answers, nothing is paid and the run waits.</summary>
    private async Task<RunEnd> BuyAsync()
    {
        var since = Now;
        DateTime? refusedSince = null;
        for (var round = 0; Completed is null && Current.Job is null; round++)
        {
            ShowProgress(RunPhases.Creating);
            var purchase = await CallAsync<BuyJobOutcome>(
                nameof(BuyJob),
                new BuyJobInput(KeyOf(Current), _input.RequestId, _input.RequestSha256, Now, _input.JobBoundSeconds + _policy.LostAfterSeconds)
                {
                    HasPreparedUrls = _input.HasPreparedUrls,
                    OnFallback = Current.OnFallback,
                    MaxUsd = _policy.FallbackMaxUsd,
                    Trace = _input.Trace,
                });
            if (purchase.Update is { } job)
            {
                _lastProblem = _capacity is null ? null : _lastProblem;
                ApplyUpdate(job);
                break;
            }

            _lastProblem = purchase.Problem;
            refusedSince = purchase.Status == BuyStatus.Refused ? refusedSince ?? Now : null;
            if (purchase.Status == BuyStatus.NoValidator)
            {
                Current.Fail(new JobFailure(FailureClasses.Rejected, "no_validator", _lastProblem));
                break;
            }

            if (purchase.Status == BuyStatus.NoMachine)
            {
                Current.Fail(new JobFailure(FailureClasses.Rejected, purchase.Reason, _lastProblem));
                break;
            }

            if (purchase.Status == BuyStatus.Impossible)
            {
                return GiveUp(purchase.Reason);
            }

            if (refusedSince is { } first && Now >= first.AddSeconds(_policy.CreateTimeoutSeconds ?? RefusedForSeconds))
            {
                return GiveUp("refused");
            }

            if (_policy.CreateTimeoutSeconds is { } bound && Now >= since.AddSeconds(bound))
            {
                return GiveUp("unreachable");
            }

            if (!Current.OnFallback && Now >= since.AddSeconds(_policy.CapacityTimeoutSeconds) && FallsBack(FallbackModes.OnUnavailable))
            {
                // Another attempt, for this one may still turn out to be bought.
                _isOutage = true;
                Current.Fail(new JobFailure(FailureClasses.NotCreated, "unreachable", _lastProblem));
                break;
            }

            ShowProgress(RunPhases.Creating);
            var end = await PauseAsync(WithJitter(Pauses.Grow(FirstPause, round, Pauses.Longest)), () => Completed is not null);
            if (end != RunEnd.None)
            {
                return end;
            }
        }

        return RunEnd.None;

        RunEnd GiveUp(string reason)
        {
            Current.Fail(new JobFailure(FailureClasses.NotCreated, reason, _lastProblem));
            return RunEnd.Failed;
        }
    }

    /// <summary>Waits until a job completes, or the current one has failed or is overdue.</summary>
    private async Task<RunEnd> WatchAsync()
    {
        var unanswered = 0;
        DateTime? lookAt = null;
        while (Completed is null && Current.Failure is null)
        {
            ShowProgress(RunPhases.Waiting);
            var signal = await _inbox.NextAsync(lookAt ?? Current.Deadline(_policy, _input.JobBoundSeconds), ApplyUpdate);
            if (signal == RunSignal.Elapsed)
            {
                var (isKnown, left) = await LookAsync();
                unanswered = isKnown ? 0 : unanswered + 1;
                lookAt = Now + (isKnown ? left : Pauses.Grow(FirstLook, unanswered - 1, Pauses.Longest));
                continue;
            }

            lookAt = null;
            if (EndOf(signal) is var end and not RunEnd.None)
            {
                return end;
            }
        }

        return RunEnd.None;
    }

    /// <summary>At a deadline the run looks for itself: an event that went missing cannot hang it, and a clock that jumped cannot condemn a job.</summary>
    /// <returns>Whether anything is known now, and how long the job may still take.</returns>
    private async Task<(bool IsKnown, TimeSpan Left)> LookAsync()
    {
        var seen = await CallAsync<LookAtJobOutcome>(
            nameof(LookAtJob), new LookAtJobInput(Current.Job!.JobUuid, Current.Number) { Trace = _input.Trace });
        _lastProblem = seen.Problem ?? _lastProblem;
        if (seen.Problem is not null)
        {
            return (false, default);
        }

        ApplyUpdate(seen.Update ?? JobUpdate.Gone(Current.Job!.JobUuid, Current.Number));
        var left = Current.TimeLeft(_policy, _input.JobBoundSeconds, Now, seen.ClockOffset);
        if (Current.OnFallback)
        {
            // There the machine has a deadline of its own, and is gone before its job is given up.
            return (true, left > FirstLook ? left : FirstLook);
        }

        if (Current.IsOpen && left <= TimeSpan.Zero)
        {
            Current.Fail(Current.Overdue(_policy, _input.JobBoundSeconds));
        }

        return (true, left);
    }

    /// <summary>Stores the result of the job that completed, if one has. A job without the outputs it owes has not completed.</summary>
    private async Task<RunEnd> StoreAsync()
    {
        if (Completed is not { } winner)
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

    /// <summary>Ends the run when no further attempt is worth it; else pauses before the next one.</summary>
    private async Task<RunEnd> DecideAsync()
    {
        if (Current.Failure is not { } failure)
        {
            return RunEnd.None;
        }

        _context.CreateReplaySafeLogger(nameof(RunJob))
            .AttemptFailed(_context.InstanceId, Current.Number, failure.Class, failure.Reason, failure.Message);
        _lastProblem = $"{failure.Class}: {(string.IsNullOrEmpty(failure.Message) ? failure.Reason : failure.Message)}";
        if (_nextIsOnFallback)
        {
            return RunEnd.None;
        }

        if (Current is { OnFallback: true, Job: null } && _isOutage)
        {
            // No machine either: ComputeHorde is waited for again.
            _isOutage = false;
            return RunEnd.None;
        }

        if (!IsWorthAnother(failure) || Current is { OnFallback: true, Job: null })
        {
            return RunEnd.Failed;
        }

        if (Current.OnFallback && failure.Reason is not "no_transfer_tool" && FallsBack(FallbackModes.OnUnavailable))
        {
            return await PauseAsync(WithJitter(TimeSpan.FromSeconds(_policy.BackoffSeconds)), () => Completed is not null);
        }

        return Current.IsTurnedAway ? await WaitForCapacityAsync() : await BackOffAsync();
    }

    /// <summary>Nobody had room: nothing was paid and no attempt is used up. The job is offered again, more and more rarely, under a bound of its own.</summary>
    private async Task<RunEnd> WaitForCapacityAsync()
    {
        _capacity = new CapacityWait(_capacity?.Since ?? Now, (_capacity?.Count ?? 0) + 1);
        var left = _capacity.Since.AddSeconds(_policy.CapacityTimeoutSeconds) - Now;
        if (left <= TimeSpan.Zero)
        {
            return FallsBack(FallbackModes.OnUnavailable) ? RunEnd.None : RunEnd.Failed;
        }

        ShowProgress(RunPhases.WaitingForCapacity);
        var pause = WithJitter(Pauses.Grow(TimeSpan.FromSeconds(5 * _policy.BackoffSeconds), _capacity.Count - 1, LongestCapacityPause));
        return await PauseAsync(pause < left ? pause : left, () => Completed is not null || Current.Failure is null);
    }

    private async Task<RunEnd> BackOffAsync()
    {
        _capacity = null;
        if (_policy.MaxAttempts > 0 && Paid >= _policy.MaxAttempts)
        {
            return FallsBack(FallbackModes.AfterAttempts) ? RunEnd.None : RunEnd.Failed;
        }

        ShowProgress(RunPhases.BackingOff);
        var pause = Pauses.Grow(TimeSpan.FromSeconds(_policy.BackoffSeconds), Paid - 1, TimeSpan.FromSeconds(_policy.MaxBackoffSeconds));
        return await PauseAsync(WithJitter(pause), () => Completed is not null || Current.Failure is null);
    }

    /// <summary>Whatever ended the run: what there is gets stored, and everything that it held is released.</summary>
    private async Task<RunOutcome> EndAsync(RunEnd end)
    {
        if (end != RunEnd.Completed)
        {
            var last = end == RunEnd.Failed ? _attempts.FindLast(static attempt => attempt is { Job.HasEnded: true, IsTurnedAway: false }) : null;
            _result = (await SettleAsync(last, isFinal: true)).Result;
        }

        var outcome = RunOutcome.Of(end, _attempts, _result);
        _context.CreateReplaySafeLogger(nameof(RunJob)).RunEnded(_context.InstanceId, outcome.Status, outcome.PaidAttempts, outcome.JobUuid);
        if (!_context.IsReplaying)
        {
            RunTelemetry.Ended(outcome);
        }

        outcome = outcome with { IsChecked = await StartCheckAsync(outcome) };
        await Notice.SendAsync(
            _context, _input.Webhook, _context.InstanceId, NoticeTypes.Run + outcome.Status, RunNotice.Of(_context.InstanceId, _input.Namespace, outcome));
        return outcome;
    }

    /// <summary>Leaves the result to a check of its own, and does not wait for it.</summary>
    private async Task<bool> StartCheckAsync(RunOutcome outcome)
    {
        var job = outcome.JobUuid ?? (outcome.Attempts is [.., var last] ? last.JobUuid : null);
        var isOfInterest = outcome.Status == RunStatuses.Completed || outcome.Failure is { Class: FailureClasses.Failed };
        if (_inbox.IsCancelled)
        {
            // It came too late for the run, and the check would buy.
            return false;
        }

        var isOnFallback = _attempts.Exists(attempt => attempt.OnFallback && attempt.Job?.JobUuid == job);
        if (isOnFallback || _input.Check is not { } check || !isOfInterest || job is null || outcome.Result is not { } result)
        {
            return false;
        }

        var copy = _input with { Check = null, Place = null, HasPreparedUrls = false, Webhook = null, Warnings = [] };
        var input = new CheckInput(_context.InstanceId, job, result, check, copy)
        {
            Failure = outcome.Failure,
            TimesOutAt = _timesOutAt,
            Webhook = _input.Webhook,
            ExecutorSeconds = outcome.ExecutorSeconds,
        };
        try
        {
            await CallAsync<bool>(nameof(StartCheck), input);
            return true;
        }
        catch (TaskFailedException exception)
        {
            // The result is stored and paid for: it counts, checked or not.
            _context.CreateReplaySafeLogger(nameof(RunJob)).CheckNotStarted(_context.InstanceId, exception.FailureDetails.ErrorMessage);
            return false;
        }
    }

    /// <summary>Stores the result of an attempt, if any, and releases what the run holds, for as long as it takes: a paid result is not given up.</summary>
    private async Task<SettleOutcome> SettleAsync(Attempt? attempt, bool isFinal)
    {
        var input = new SettleInput(KeyOf(_attempts.Count > 0 ? _attempts[0] : new Attempt(_input.FirstAttempt)), Math.Max(1, _attempts.Count))
        {
            Decisive = attempt?.Number,
            JobUuid = attempt?.Job?.JobUuid,
            Outputs = _input.Outputs,
            IsFinal = isFinal,
            IsStreaming = _input.IsStreaming,
            Place = _input.Place,
            ExecutorSeconds = _attempts.Sum(static attempt => attempt.ExecutorSeconds),
            OnFallback = [.. _attempts.Where(static attempt => attempt.OnFallback).Select(static attempt => attempt.Number)],
            Trace = _input.Trace,
        };
        for (var round = 0; ; round++)
        {
            ShowProgress(RunPhases.Storing);
            var settled = await CallAsync<SettleOutcome>(nameof(SettleRun), input);
            if (settled.NotNow is null)
            {
                foreach (var (number, terms) in settled.Fallback)
                {
                    _attempts.Find(attempt => attempt.Number == number)?.Settle(terms);
                }

                return settled;
            }

            _lastProblem = settled.NotNow;
            ShowProgress(RunPhases.Storing);
            await _context.CreateTimer(Now + Pauses.Grow(FirstPause, round, Pauses.Longest), CancellationToken.None);
        }
    }

    /// <summary>Waits, and goes on early when a job that had been given up proves alive.</summary>
    private async Task<RunEnd> PauseAsync(TimeSpan pause, Func<bool> isOver)
    {
        var until = Now + pause;
        var signal = RunSignal.Updated;
        while (signal == RunSignal.Updated && !isOver())
        {
            signal = await _inbox.NextAsync(until, ApplyUpdate);
        }

        return EndOf(signal);
    }

    /// <summary>Sends the next attempt to the fallback provider, if the policy lets it. A copy on the trusted miner has nothing to look for there.</summary>
    private bool FallsBack(string mode)
    {
        if (_input.TrustedCopyOf is not null || OnFallback >= MostOnFallback || !_policy.FallsBack(mode))
        {
            return false;
        }

        return _nextIsOnFallback = true;
    }

    private bool ApplyUpdate(JobUpdate update)
    {
        var attempt = _attempts.Find(attempt => attempt.Job?.JobUuid == update.JobUuid)
            ?? (_attempts.Count > 0 && Current.Job is null && update.Attempt == Current.Number ? Current : null);
        return attempt is not null && attempt.Apply(update, Now);
    }

    private bool IsWorthAnother(JobFailure failure) =>
        !failure.CausedByRequest
        && !_policy.NeverRetryReasons.Contains(failure.Reason)
        && (_policy.RetryOn.Contains(failure.Class) || _policy.RetryReasons.Contains(failure.Reason));

    private AttemptKey KeyOf(Attempt attempt) =>
        new(_context.InstanceId, attempt.Number, _input.TrustedCopyOf is not null) { CopyOf = _input.TrustedCopyOf };

    private Task<T> CallAsync<T>(string activity, object input) => _context.CallActivityAsync<T>(activity, input, RetryOptions.Activity);

    /// <summary>Up to a quarter more, so that runs which failed together do not come back together.</summary>
    private TimeSpan WithJitter(TimeSpan pause) => pause * (1 + (_context.NewGuid().ToByteArray()[0] / 1024.0));

    private void ShowProgress(string phase)
    {
        var attempt = _attempts.Count > 0 ? Current : null;
        var newest = attempt?.Job?.History is [.., var last] ? last : null;
        _context.SetCustomStatus(new RunProgress(
            attempt is null ? 0 : Paid + (attempt.IsPaid ? 0 : 1), _policy.MaxAttempts, phase, attempt?.Job?.JobUuid, newest?.Status, newest?.At)
        {
            Note = _lastProblem,
            Capacity = attempt is { IsAccepted: true } ? null : _capacity,
            Number = attempt?.Number ?? 0,
            Attempts = [.. _attempts.Where(static attempt => attempt.IsPaid).TakeLast(MostShownAttempts).Select(static attempt => attempt.Outcome())],
            Streaming = attempt?.Job?.Streaming,
        });
    }

    private static RunEnd EndOf(RunSignal signal) => signal switch
    {
        RunSignal.Cancelled => RunEnd.Cancelled,
        RunSignal.TimedOut => RunEnd.TimedOut,
        _ => RunEnd.None,
    };
}

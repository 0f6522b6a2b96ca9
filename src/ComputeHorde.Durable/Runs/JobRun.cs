using ComputeHorde.Durable.Checks;
using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Storage;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Durable.Runs;

/// <summary>
/// The course of one run: buy, watch, store, decide. Lives inside the orchestrator, so nothing here does I/O or reads a clock. Each step
/// gives null to go on, or one of <see cref="RunStatuses"/> to end the run with.
/// </summary>
internal sealed class JobRun : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2), LongestPause = TimeSpan.FromMinutes(5);

    private readonly TaskOrchestrationContext _context;
    private readonly RunInput _input;
    private readonly RunPolicy _policy;
    private readonly RunInbox _inbox;
    private readonly ILogger _logger;
    private readonly List<Attempt> _attempts = [];
    private ResultReference? _result;
    private string? _lastProblem;

    public JobRun(TaskOrchestrationContext context, RunInput input)
    {
        _context = context;
        _input = input;
        _policy = input.Policy;
        _logger = context.CreateReplaySafeLogger(typeof(RunJob));
        _inbox = new RunInbox(context, _policy.TimeoutSeconds is { } seconds ? context.CurrentUtcDateTime.AddSeconds(seconds) : null);
    }

    private Attempt Current => _attempts[^1];

    private Attempt? Completed => _attempts.Find(static attempt => attempt.IsCompleted && attempt.Failure is null);

    public void Dispose() => _inbox.Dispose();

    public async Task<RunOutcome> CompleteAsync()
    {
        string? end = null;
        while (end is null)
        {
            if (_attempts.Count == 0 || Current.Failure is not null)
            {
                _attempts.Add(new Attempt(_input.FirstAttempt + _attempts.Count));
            }

            end = await BuyAsync() ?? await WatchAsync() ?? await StoreAsync() ?? await BackOffAsync() ?? await StoreAsync();
        }

        var outcome = await EndAsync(end);
        if (!_context.IsReplaying)
        {
            DurableTelemetry.RunEnded(outcome);
        }

        return outcome with { Validation = await ValidateAsync(outcome) };
    }

    /// <summary>Creates the job of the current attempt. While nobody can take it, nothing is paid and the run waits.</summary>
    private async Task<string?> BuyAsync()
    {
        var giveUpAt = _context.CurrentUtcDateTime.AddSeconds(_policy.CreateTimeoutSeconds);
        for (var round = 0; Completed is null && Current.Job is null; round++)
        {
            ShowProgress(RunPhases.Creating);
            var created = await _context.CallActivityAsync<BuyJobOutcome>(
                nameof(BuyJob), new BuyJobInput(KeyOf(Current), _input.RequestId, _input.RequestSha256) { Trace = _input.Trace }, RetryOptions.Activity);
            if (created.Update is { } job)
            {
                ApplyUpdate(job);
                return null;
            }

            _lastProblem = created.Problem;
            if (!created.IsTransient || _context.CurrentUtcDateTime >= giveUpAt)
            {
                Current.Fail(new JobFailure(FailureClasses.NotCreated, created.IsTransient ? "unreachable" : "refused", created.Problem));
                return RunStatuses.Failed;
            }

            ShowProgress(RunPhases.Creating);
            if (await PauseAsync(Grow(FirstPause, round), () => Completed is not null) is { } end)
            {
                return end;
            }
        }

        return null;
    }

    /// <summary>Waits until a job completes, or the current one has failed or is overdue.</summary>
    private async Task<string?> WatchAsync()
    {
        var blind = 0;
        DateTime? lookAgainAt = null;
        while (Completed is null && Current.Failure is null)
        {
            ShowProgress(RunPhases.Waiting);
            var deadline = Current.Deadline(_policy, _input.JobBoundSeconds);
            var signal = await _inbox.NextAsync(lookAgainAt > deadline ? lookAgainAt.Value : deadline, ApplyUpdate);
            if (signal == RunSignal.Elapsed)
            {
                lookAgainAt = await LookAsync() ? null : _context.CurrentUtcDateTime + Grow(FirstPause * 5, blind++);
            }
            else if (StatusOf(signal) is { } end)
            {
                return end;
            }
        }

        return null;
    }

    /// <summary>At a deadline the run looks for itself: an event that went missing cannot hang it.</summary>
    /// <returns>Whether something is known now; false when nobody could be asked.</returns>
    private async Task<bool> LookAsync()
    {
        var seen = await _context.CallActivityAsync<LookAtJobOutcome>(nameof(LookAtJob), new LookAtJobInput(Current.Job!.JobUuid, Current.Number) { Trace = _input.Trace }, RetryOptions.Activity);
        if (seen.Update is { } job)
        {
            ApplyUpdate(job);
        }
        else if (seen.IsGone)
        {
            ApplyUpdate(JobUpdate.Gone(Current.Job!.JobUuid, Current.Number));
        }
        else
        {
            return false;
        }

        if (Current.IsOpen && Current.Deadline(_policy, _input.JobBoundSeconds) <= _context.CurrentUtcDateTime)
        {
            Current.Fail(Current.Overdue(_policy, _context.CurrentUtcDateTime));
        }

        return true;
    }

    /// <summary>Stores the result of the job that completed, if one has. A job without the outputs it owes has not completed.</summary>
    private async Task<string?> StoreAsync()
    {
        if (Completed is not { } winner)
        {
            return null;
        }

        ShowProgress(RunPhases.Storing);
        var settled = await SettleAsync(winner);
        _result = settled.Result;
        if (settled.Problem is null)
        {
            return RunStatuses.Completed;
        }

        winner.Fail(settled.Problem);
        return null;
    }

    /// <summary>Ends the run when no further attempt is worth it; else pauses before the next one.</summary>
    private async Task<string?> BackOffAsync()
    {
        var failure = Current.Failure;
        if (failure is null)
        {
            return null;
        }

        _logger.AttemptFailed(_context.InstanceId, Current.Number, failure.Class, failure.Reason, failure.Message);
        if (_attempts.Count >= _policy.MaxAttempts || !IsWorthAnother(failure))
        {
            return RunStatuses.Failed;
        }

        _lastProblem = $"{failure.Class}: {failure.Message ?? failure.Reason}";
        ShowProgress(RunPhases.BackingOff);
        var jitter = 1 + (_context.NewGuid().ToByteArray()[0] / 1024.0);
        var pause = Grow(TimeSpan.FromSeconds(_policy.BackoffSeconds), _attempts.Count - 1, TimeSpan.FromSeconds(_policy.MaxBackoffSeconds)) * jitter;
        return await PauseAsync(pause, () => Completed is not null || Current.Failure is null);
    }

    private async Task<RunOutcome> EndAsync(string status)
    {
        var decisive = Completed ?? _attempts.FindLast(static attempt => attempt.Job is { HasEnded: true });
        if (status != RunStatuses.Completed)
        {
            _result = (await SettleAsync(status == RunStatuses.Failed ? decisive : null)).Result;
        }

        AttemptOutcome[] outcomes = [.. _attempts.Where(static attempt => attempt.Job is not null || attempt.Failure is not null).Select(static attempt => attempt.Outcome())];
        _logger.RunEnded(_context.InstanceId, status, outcomes.Length, Completed?.Job?.JobUuid);
        return new RunOutcome(status, outcomes)
        {
            JobUuid = Completed?.Job?.JobUuid,
            Result = _result,
            Failure = status == RunStatuses.Completed ? null : Current.Failure,
            ExecutorSeconds = outcomes.Sum(static outcome => outcome.ExecutorSeconds),
        };
    }

    /// <summary>Checks the result on the trusted miner, when the policy asks for it and the job is chosen.</summary>
    private async Task<CheckOutcome?> ValidateAsync(RunOutcome outcome)
    {
        if (_input.CrossValidation is not { } validation || outcome is not { JobUuid: { } job, Result: { } result, Status: RunStatuses.Completed })
        {
            return null;
        }

        var decision = await _context.CallActivityAsync<SampleDecision>(
            nameof(DecideSample), new SampleInput(job, _input.Namespace, outcome.ExecutorSeconds, validation) { IsStreaming = _input.IsStreaming, Trace = _input.Trace }, RetryOptions.Activity);
        if (!decision.IsSampled)
        {
            return new CheckOutcome(Verdicts.NotSampled, decision.Reason);
        }

        ShowProgress(RunPhases.Validating);
        return await _context.CallSubOrchestratorAsync<CheckOutcome>(
            nameof(CheckResult),
            new CheckInput(_context.InstanceId, job, result, _input.RequestId, _input.RequestSha256, _policy, _input.JobBoundSeconds, validation, _input.Namespace) { Trace = _input.Trace },
            new SubOrchestrationOptions { InstanceId = $"{_context.InstanceId}~check" });
    }

    /// <summary>Stores the result of <paramref name="attempt"/>, if any, and ends the watch over all jobs of the run.</summary>
    private Task<SettleOutcome> SettleAsync(Attempt? attempt) => _context.CallActivityAsync<SettleOutcome>(
        nameof(SettleRun),
        new SettleInput(KeyOf(_attempts[0]), _attempts.Count, _input.RequestId, _input.RequestSha256)
        {
            Decisive = attempt?.Number,
            JobUuid = attempt?.Job?.JobUuid,
            IsStreaming = _input.IsStreaming,
            Trace = _input.Trace,
        },
        RetryOptions.Activity);

    /// <summary>Waits, and goes on early when a job that had been given up proves alive.</summary>
    private async Task<string?> PauseAsync(TimeSpan pause, Func<bool> isOver)
    {
        var until = _context.CurrentUtcDateTime + pause;
        var signal = RunSignal.Updated;
        while (signal == RunSignal.Updated && !isOver())
        {
            signal = await _inbox.NextAsync(until, ApplyUpdate);
        }

        return StatusOf(signal);
    }

    private bool ApplyUpdate(JobUpdate update)
    {
        var attempt = _attempts.Find(attempt => attempt.Job?.JobUuid == update.JobUuid) ?? (Current.Job is null && update.Attempt == Current.Number ? Current : null);
        return attempt is not null && attempt.Apply(update, _context.CurrentUtcDateTime);
    }

    private bool IsWorthAnother(JobFailure failure) =>
        !failure.CausedByRequest
        && !_policy.NeverRetryReasons.Contains(failure.Reason)
        && (_policy.RetryOn.Contains(failure.Class) || _policy.RetryReasons.Contains(failure.Reason));

    private AttemptKey KeyOf(Attempt attempt) => new(_context.InstanceId, attempt.Number, _input.TrustedCopyOf is not null) { CopyOf = _input.TrustedCopyOf };

    private void ShowProgress(string phase)
    {
        var last = Current.Job?.History is [.., var newest] ? newest : null;
        _context.SetCustomStatus(new RunProgress(_attempts.Count, _policy.MaxAttempts, phase, Current.Job?.JobUuid, last?.Status, last?.At)
        {
            Note = _lastProblem,
            Streaming = Current.Job?.Streaming,
        });
    }

    private static string? StatusOf(RunSignal signal) => signal switch
    {
        RunSignal.Cancelled => RunStatuses.Cancelled,
        RunSignal.TimedOut => RunStatuses.TimedOut,
        _ => null,
    };

    private static TimeSpan Grow(TimeSpan first, int round, TimeSpan? longest = null)
    {
        var most = longest ?? LongestPause;
        return round > 16 || first * (1 << round) > most ? most : first * (1 << round);
    }
}

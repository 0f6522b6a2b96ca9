using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Notices;
using ComputeHorde.Durable.Runs;
using ComputeHorde.Durable.Storage;
using Microsoft.DurableTask;

namespace ComputeHorde.Durable.Checks;

/// <summary>
/// The course of one check: sample, copy, compare, confirm, record, report. Lives inside the orchestrator, so nothing here does I/O or
/// reads a clock. Whoever is away is waited for; whatever breaks makes the check inconclusive and touches nothing else.
/// </summary>
internal sealed class CheckCourse
{
    /// <summary>A comparison that took too long may have had a slow disk; after so many it is the comparer.</summary>
    private const int MostSlowComparisons = 3;

    /// <summary>The facilitator forgets a job after seven days, and takes no report of it then.</summary>
    private static readonly TimeSpan MostTime = TimeSpan.FromDays(6);

    private readonly TaskOrchestrationContext _context;
    private readonly CheckInput _input;
    private readonly CheckPolicy _policy;
    private readonly CheckInbox _inbox;
    private readonly TrustedCopies _copies;

    public CheckCourse(TaskOrchestrationContext context, CheckInput input)
    {
        _context = context;
        _input = input;
        _policy = CheckPolicy.Read(input.Policy);
        _inbox = new CheckInbox(context, input.TimesOutAt, giveUpAt: context.CurrentUtcDateTime + MostTime);
        _copies = new TrustedCopies(context, input, _inbox);
    }

    public async Task<CheckOutcome> CompleteAsync()
    {
        var found = await FindAsync() with { TrustedJobUuids = _copies.JobUuids, TrustedSeconds = _copies.ExecutorSeconds };
        await RecordAsync(found);
        if (!_context.IsReplaying)
        {
            CheckTelemetry.Checked(found);
        }

        await Notice.SendAsync(
            _context,
            _input.Webhook,
            _input.RunId,
            NoticeTypes.Run + NoticeTypes.Checked,
            new
            {
                Id = _input.RunId,
                _input.JobUuid,
                Check = found,
            }
        );
        return found;
    }

    private async Task<CheckOutcome> FindAsync()
    {
        try
        {
            var sample = new SampleInput(_input.JobUuid, _input.Copy.Namespace, _input.ExecutorSeconds, _policy)
            {
                TrustedSecondsPerHour = _input.Copy.TrustedSecondsPerHour,
                IsStreaming = _input.Copy.IsStreaming,
                Trace = _input.Copy.Trace,
            };
            var decision = await AskAsync<SampleDecision>(CheckPhases.Sampling, nameof(DecideSample), sample);
            return !decision.IsSampled ? new CheckOutcome(Verdicts.NotSampled, decision.Reason)
                : decision.Obstacle is { } obstacle && _input.Failure is null ? new CheckOutcome(Verdicts.Inconclusive, obstacle)
                : await CheckAsync();
        }
        catch (CheckStoppedException exception)
        {
            return new CheckOutcome(Verdicts.Inconclusive, exception.Message);
        }
        catch (TaskFailedException exception)
        {
            // A fault of ours, in an activity or in a copy. The run has its result all the same, and nobody is accused.
            return new CheckOutcome(
                Verdicts.Inconclusive,
                HistoryText.Truncate($"the check broke: {exception.FailureDetails.ErrorMessage}")
            );
        }
    }

    private async Task<CheckOutcome> CheckAsync()
    {
        var first = await _copies.RunAsync();
        var compared = await CompareAsync(first);
        if (compared.Verdict != Verdicts.Mismatch)
        {
            return new CheckOutcome(compared.Verdict, compared.Reason);
        }

        var second = await _copies.RunAsync();
        var again = await CompareAsync(second);
        var amongTrusted =
            _input.Failure is null && again.Verdict == Verdicts.Mismatch ? await CompareAsync(first.Result!, second.Result!) : again;
        var isConfirmed = again.Verdict == Verdicts.Mismatch && (_input.Failure is not null || amongTrusted.Verdict == Verdicts.Match);
        return isConfirmed
            ? await AccuseAsync(CaseOf(first, second, compared.Reason))
            : new CheckOutcome(
                Verdicts.Inconclusive,
                HistoryText.Truncate($"{compared.Reason}; but two trusted runs do not agree on it: {again.Reason}; {amongTrusted.Reason}")
            );
    }

    private CheatCase CaseOf(RunOutcome first, RunOutcome second, string reason) =>
        new(_input.RunId, _input.JobUuid, first.JobUuid!, _policy.Comparer, reason, _input.Result, [first.Result!, second.Result!])
        {
            Trace = _input.Copy.Trace,
        };

    /// <summary>
    /// The evidence first: a report without it would stand on nothing. From here on nothing is bought, so nobody stops it.
    /// </summary>
    private async Task<CheckOutcome> AccuseAsync(CheatCase cheat)
    {
        var found = new CheckOutcome(Verdicts.Mismatch, cheat.Reason) { IsConfirmed = true };
        await AskAsync<LedgerEntry>(CheckPhases.Recording, nameof(RecordCheat), cheat, isStoppable: false);

        // The validator acts on completed jobs only, and a program can fail once without anybody's fault.
        if (!_policy.Report || _input.Failure is not null)
        {
            return found;
        }

        try
        {
            return found with
            {
                Report = (await AskAsync<CheatReport>(CheckPhases.Reporting, nameof(ReportCheat), cheat, isStoppable: false)).Status,
            };
        }
        catch (Exception exception) when (exception is CheckStoppedException or TaskFailedException)
        {
            return found with { Report = CheatReport.Undelivered };
        }
    }

    private async Task<CompareOutcome> CompareAsync(RunOutcome trusted)
    {
        if (_input.Failure is { } failure)
        {
            return FailureComparison.Compare(failure, trusted);
        }

        return trusted is { Status: RunStatuses.Completed, Result: { } result }
            ? await CompareAsync(_input.Result, result)
            : CompareOutcome.Inconclusive(
                $"the trusted run ended as '{trusted.Status}': {trusted.Failure?.Message ?? trusted.Failure?.Reason}"
            );
    }

    private async Task<CompareOutcome> CompareAsync(ResultReference untrusted, ResultReference trusted)
    {
        var input = new CompareInput(untrusted, trusted, _policy.Comparer, _policy.Comparison) { Trace = _input.Copy.Trace };
        for (var comparison = 1; ; comparison++)
        {
            var compared = await AskAsync<CompareOutcome>(CheckPhases.Comparing, nameof(CompareResults), input);
            if (!compared.TookTooLong || comparison == MostSlowComparisons)
            {
                return compared;
            }
        }
    }

    private async Task RecordAsync(CheckOutcome found)
    {
        try
        {
            await AskAsync<LedgerEntry>(
                CheckPhases.Recording,
                nameof(RecordVerdict),
                new VerdictRecord(_input.RunId, _input.Copy.Namespace, found),
                isStoppable: false
            );
        }
        catch (Exception exception) when (exception is CheckStoppedException or TaskFailedException)
        {
            // The verdict is the output of this orchestration as well; only sampling does not learn from it.
        }
    }

    /// <summary>Calls an activity until it has an answer.</summary>
    private async Task<T> AskAsync<T>(string phase, string activity, object input, bool isStoppable = true)
        where T : INotNow
    {
        string? note = null;
        for (var round = 0; ; round++)
        {
            _context.SetCustomStatus(new CheckProgress(phase, note));
            var answer = await _context.CallActivityAsync<T>(activity, input, RetryOptions.Activity);
            if (answer.NotNow is null)
            {
                return answer;
            }

            note = answer.NotNow;
            _context.SetCustomStatus(new CheckProgress(phase, note));
            await _inbox.PauseAsync(Pauses.Grow(TimeSpan.FromSeconds(5), round, Pauses.Longest), note, isStoppable);
        }
    }
}

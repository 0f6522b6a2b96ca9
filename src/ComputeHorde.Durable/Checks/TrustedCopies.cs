using ComputeHorde.Durable.Hosting;
using ComputeHorde.Durable.Runs;
using Microsoft.DurableTask;

namespace ComputeHorde.Durable.Checks;

/// <summary>
/// Runs a job again on the trusted miner, as often as a check asks for it. Each copy is a run of its own that buys one job at most.
/// </summary>
internal sealed class TrustedCopies(TaskOrchestrationContext context, CheckInput input, CheckInbox inbox)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1),
        LongestPause = TimeSpan.FromHours(1);

    private readonly List<string> _jobs = [];
    private int _runs;
    private int _nextAttempt = 1;

    /// <summary>The trusted jobs that completed.</summary>
    public IReadOnlyList<string> JobUuids => _jobs;

    public double ExecutorSeconds { get; private set; }

    /// <summary>
    /// Runs a copy until the job itself has ended, well or not. While the trusted miner is away, it is asked again, more and more rarely.
    /// </summary>
    /// <exception cref="CheckStoppedException">The check was stopped; the copy is cancelled.</exception>
    public async Task<RunOutcome> RunAsync()
    {
        for (var round = 0; ; round++)
        {
            inbox.ThrowIfStopped();
            var copy = await RunOnceAsync();
            if (copy.JobUuid is { } job)
            {
                _jobs.Add(job);
            }

            if (copy.Failure is not { } failure || IsFinal(failure))
            {
                return copy;
            }

            var problem = $"{failure.Class}: {(string.IsNullOrEmpty(failure.Message) ? failure.Reason : failure.Message)}";
            context.SetCustomStatus(new CheckProgress(CheckPhases.Copying, problem));
            await inbox.PauseAsync(
                Pauses.Grow(FirstPause, round, LongestPause),
                $"no run on the trusted miner came about, {problem}",
                isStoppable: true
            );
        }
    }

    private async Task<RunOutcome> RunOnceAsync()
    {
        context.SetCustomStatus(new CheckProgress(CheckPhases.Copying, null));
        var id = $"{input.RunId}~trusted{++_runs}";
        var run = input.Copy with
        {
            TrustedCopyOf = input.RunId,
            FirstAttempt = _nextAttempt,
            Policy = input.Copy.Policy with { MaxAttempts = 1, TimeoutSeconds = null },
        };
        var copy = context.CallSubOrchestratorAsync<RunOutcome>(nameof(RunJob), run, new SubOrchestrationOptions(instanceId: id));
        await inbox.WaitAsync(copy);
        if (!copy.IsCompleted)
        {
            context.SendEvent(id, RunInbox.CancelEvent, "its check was stopped");
        }

        var outcome = await copy;
        ExecutorSeconds += outcome.ExecutorSeconds;

        // No two copies may share a tag: the second would be given the job of the first.
        _nextAttempt += outcome.PaidAttempts + outcome.TurnedAway + 1;
        inbox.ThrowIfStopped();
        return outcome;
    }

    /// <summary>Whether another copy would end the same way.</summary>
    private static bool IsFinal(JobFailure failure) =>
        failure.CausedByRequest
        || failure.Class == FailureClasses.Failed
        || failure is { Class: FailureClasses.NotCreated, Reason: not "unreachable" };
}

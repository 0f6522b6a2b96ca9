using ComputeHorde.Durable.Runs;
using Microsoft.DurableTask;

namespace ComputeHorde.Durable.Checks;

/// <summary>
/// The one place where a check waits: for a moment or a copy, unless the caller cancels, the caller's time is over, or it took too long.
/// </summary>
internal sealed class CheckInbox(TaskOrchestrationContext context, DateTime? timeoutAt, DateTime giveUpAt)
{
    private readonly Task<string> _cancel = context.WaitForExternalEvent<string>(RunInbox.CancelEvent);

    /// <summary>Waits a while.</summary>
    /// <param name="pause">How long.</param>
    /// <param name="problem">What is waited for, for the reason when it is in vain.</param>
    /// <param name="isStoppable">Whether the caller can end it.</param>
    /// <exception cref="CheckStoppedException">The check ends here.</exception>
    public async Task PauseAsync(TimeSpan pause, string? problem, bool isStoppable)
    {
        if (isStoppable)
        {
            await WaitAsync(null, context.CurrentUtcDateTime + pause);
            ThrowIfStopped();
        }
        else
        {
            await context.CreateTimer(pause, CancellationToken.None);
        }

        if (context.CurrentUtcDateTime >= giveUpAt)
        {
            throw new CheckStoppedException($"it could not be found out in days: {problem}");
        }
    }

    /// <summary>Waits for a copy to end, or the check to be stopped.</summary>
    public Task WaitAsync(Task copy) => WaitAsync(copy, null);

    /// <exception cref="CheckStoppedException">Nothing more may be bought.</exception>
    public void ThrowIfStopped()
    {
        if (_cancel.IsCompleted)
        {
            throw new CheckStoppedException("the run was cancelled before its check had ended");
        }

        if (timeoutAt <= context.CurrentUtcDateTime)
        {
            throw new CheckStoppedException("the time of the run was over before its check had ended");
        }
    }

    private async Task WaitAsync(Task? task, DateTime? until)
    {
        using var timer = new CancellationTokenSource();
        List<Task> all = task is null ? [_cancel] : [_cancel, task];
        var moment = until is null || timeoutAt < until ? timeoutAt : until;
        if (moment is { } at)
        {
            all.Add(context.CreateTimer(at, timer.Token));
        }

        await Task.WhenAny(all);
        End(timer);
    }

    /// <summary>A check that returns must not leave a timer behind. In one step: an orchestrator awaits nothing but its context.</summary>
    private static void End(CancellationTokenSource timer) => timer.Cancel();
}

using ComputeHorde.Durable.Limits;
using Microsoft.DurableTask;

namespace ComputeHorde.Durable.Runs;

/// <summary>
/// The one place where a run waits. There is one pending task an event name, ever, raced with one timer: a waiter that is given up would
/// stay registered and swallow the next event of its name.
/// </summary>
internal sealed class RunInbox(TaskOrchestrationContext context, DateTime? timeoutAt) : IDisposable
{
    private Task<JobUpdate> _nextUpdate = context.WaitForExternalEvent<JobUpdate>(JobUpdate.EventName);
    private readonly Task<string> _cancel = context.WaitForExternalEvent<string>(CancelEvent);
    private readonly Task<string> _place = context.WaitForExternalEvent<string>(Admission.EventName);
    private bool _placeTaken;
    private Task? _timer;
    private DateTime _timerAt;
    private CancellationTokenSource _timerCancellation = new();

    /// <summary>The name of the external event that cancels a run.</summary>
    public const string CancelEvent = "Cancel";

    /// <summary>Whether the caller has cancelled, noticed yet or not.</summary>
    public bool IsCancelled => _cancel.IsCompleted;

    public bool IsTimedOut => timeoutAt is { } end && context.CurrentUtcDateTime >= end;

    /// <summary>Waits for the next signal.</summary>
    /// <param name="until">The moment that counts as <see cref="RunSignal.Elapsed"/>.</param>
    /// <param name="apply">Takes an update in; says whether it was news.</param>
    public async Task<RunSignal> NextAsync(DateTime until, Func<JobUpdate, bool> apply)
    {
        while (true)
        {
            if (_cancel.IsCompleted)
            {
                return RunSignal.Cancelled;
            }

            if (_nextUpdate.IsCompleted)
            {
                var update = await _nextUpdate;
                _nextUpdate = context.WaitForExternalEvent<JobUpdate>(JobUpdate.EventName);
                if (update is not null && apply(update))
                {
                    return RunSignal.Updated;
                }

                continue;
            }

            if (_place.IsCompleted && !_placeTaken)
            {
                _placeTaken = true;
                return RunSignal.PlaceGranted;
            }

            if (IsTimedOut)
            {
                return RunSignal.TimedOut;
            }

            if (context.CurrentUtcDateTime >= until)
            {
                return RunSignal.Elapsed;
            }

            await Task.WhenAny([
                _nextUpdate,
                _cancel,
                .. _placeTaken ? [] : new[] { _place },
                TimerFor(timeoutAt < until ? timeoutAt.Value : until),
            ]);
        }
    }

    /// <summary>Ends the pending timer; a run that returns must not leave one behind.</summary>
    public void Dispose()
    {
        _timerCancellation.Cancel();
        _timerCancellation.Dispose();
    }

    private Task TimerFor(DateTime at)
    {
        if (_timer is { IsCompleted: false } && _timerAt == at)
        {
            return _timer;
        }

        _timerCancellation.Cancel();
        _timerCancellation.Dispose();
        _timerCancellation = new CancellationTokenSource();
        _timerAt = at;
        return _timer = context.CreateTimer(at, _timerCancellation.Token);
    }
}

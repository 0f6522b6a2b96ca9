using ComputeHorde.Functions.Local.Invocation;
using ComputeHorde.Functions.Local.Storage;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Functions.Local.Timers;

/// <summary>Runs one function on its schedule, one run at a time. Its status is kept, so that a run missed while the host was down is
/// made up for, once.</summary>
internal sealed class TimerListener(
    RunnableFunction function,
    TimerTriggerAttribute trigger,
    string scheduleText,
    TimeZoneInfo zone,
    HostState state,
    FunctionRunner runner,
    TimeProvider time,
    ILogger logger) : IFunctionListener, IDisposable
{
    /// <summary>Schedules more frequent than this keep no status.</summary>
    private static readonly TimeSpan ShortestMonitored = TimeSpan.FromMinutes(1);

    /// <summary>No wait is longer, so that a clock that was set is noticed.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private readonly HeldClock _clock = new(time);
    private readonly ITimerSchedule _schedule = ITimerSchedule.Parse(scheduleText, zone, $"Function '{function.Name}', [TimerTrigger]");

    public string Resource => $"timer '{function.Name}'";

    public bool IsReachable => true;

    public Task PrepareAsync(CancellationToken cancellation)
    {
        _clock.Hold();
        return Task.CompletedTask;
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        using var release = _clock;
        var now = _clock.Now;
        var monitored = IsMonitored(now);
        var saved = monitored ? state.FindTimer(function.Name) : null;
        var last = saved?.Last ?? DateTime.MinValue;
        var next = saved is not null && saved.Schedule == scheduleText ? saved.Next : _schedule.Next(now);
        if (monitored && saved?.Schedule != scheduleText && next is { } first)
            state.SaveTimer(function.Name, new TimerState(scheduleText, last, first, now));

        if (trigger.RunOnStartup || next < now)
        {
            var pastDue = next < now;
            if (pastDue)
                logger.PastDue(function.Name, next!.Value);
            (last, next) = await RunOnceAsync(now, last, next, monitored, pastDue);
        }

        while (next is { } due && await WaitUntilAsync(due, stopping))
            (last, next) = await RunOnceAsync(due, last, due, monitored, pastDue: false);
    }

    public void Dispose() => _clock.Dispose();

    private async Task<(DateTime Last, DateTime? Next)> RunOnceAsync(
        DateTime started, DateTime last, DateTime? planned, bool monitored, bool pastDue)
    {
        var info = new TimerInfo
        {
            IsPastDue = pastDue,
            ScheduleStatus = monitored
                ? new ScheduleStatus { Last = last, Next = planned ?? DateTime.MaxValue, LastUpdated = last }
                : null,
        };

        try
        {
            await runner.RunAsync(function, new TriggerInput(info, TriggerInput.NoData, $"timer fired at {_clock.Now:O}"));
        }
        catch (Exception) when (runner.IsCuttingOff)
        {
            // The host's stop cut it off: the status stays as it was, so that the next start makes up for this run.
            return (last, null);
        }
        catch (Exception)
        {
            // The runner has logged it; a timer goes on with its next occurrence.
        }

        // Occurrences that passed while the function ran are not made up for: the next one from now on counts.
        var now = _clock.Now;
        var next = _schedule.Next(started);
        while (next <= now)
            next = _schedule.Next(next.Value);
        if (monitored && next is { } following)
            state.SaveTimer(function.Name, new TimerState(scheduleText, started, following, _clock.Now));
        return (started, next);
    }

    private async Task<bool> WaitUntilAsync(DateTime due, CancellationToken stopping)
    {
        for (var wait = due - _clock.Now; wait > TimeSpan.Zero; wait = due - _clock.Now)
        {
            if (!await _clock.WaitAsync(wait < LongestWait ? wait : LongestWait, stopping))
                return false;
        }

        return !stopping.IsCancellationRequested;
    }

    private bool IsMonitored(DateTime now) =>
        trigger.UseMonitor && _schedule.Next(now) is { } first && _schedule.Next(first) is { } second && second - first >= ShortestMonitored;
}

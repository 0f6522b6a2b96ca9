using ComputeHorde.Functions.Local.Invocation;
using ComputeHorde.Functions.Local.Storage;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace ComputeHorde.Functions.Local.Timers;

/// <summary>Runs one function on its schedule, one run at a time. Its status is kept, so that what was missed while the host was down is
/// made up for by one run. Waits are measured on time that cannot be set; where the clock was set, a CRON expression is planned
/// anew.</summary>
internal sealed class TimerListener(
    RunnableFunction function,
    TimerTriggerAttribute trigger,
    string scheduleText,
    TimeZoneInfo zone,
    HostState state,
    FunctionRunner runner,
    TimeProvider time,
    ILogger logger
) : IFunctionListener, IDisposable
{
    /// <summary>By how much a clock may differ from the time that passed without having been set.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(2);

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
        var from = _clock.Now;
        var monitored = trigger.UseMonitor && _schedule.IsMonitored(from.Utc);
        var saved = monitored && state.FindTimer(function.Name) is { } found && found.Schedule == scheduleText ? found : null;
        var last = saved?.Last ?? DateTime.MinValue;

        // A status from a time that the clock has yet to reach again holds nothing up.
        var planned = _schedule.Next(from.Utc);
        var next = saved is null || saved.Next > planned ? planned : saved.Next;
        if (monitored && saved is null && next is { } first)
        {
            state.SaveTimer(function.Name, new TimerState(scheduleText, last, first, from.Utc));
        }

        if (trigger.RunOnStartup || next < from.Utc)
        {
            var pastDue = next < from.Utc;
            if (pastDue)
            {
                logger.PastDue(function.Name, next!.Value);
            }

            if (await RunOnceAsync(last, next, from.Utc, monitored, pastDue) is not { } started)
            {
                return;
            }

            (last, next) = (started, _schedule.Next(started));
        }

        while (next is not null)
        {
            next = await WaitUntilAsync(next.Value, from, stopping);
            if (next is null)
            {
                return;
            }

            // A clock that is late by an instant must not have the same occurrence come twice.
            from = _clock.Now;
            var begin = next > from.Utc && next - from.Utc <= ClockTolerance ? next.Value : from.Utc;
            if (await RunOnceAsync(last, next, begin, monitored, pastDue: false) is not { } started)
            {
                return;
            }

            (last, next) = (started, _schedule.Next(started));
        }
    }

    public void Dispose() => _clock.Dispose();

    /// <returns>When the run began; null when the host's stop cut it off, and its status stays as it was, so that the next start makes up
    /// for it.</returns>
    private async Task<DateTime?> RunOnceAsync(DateTime last, DateTime? planned, DateTime begin, bool monitored, bool pastDue)
    {
        var info = new TimerInfo
        {
            IsPastDue = pastDue,
            ScheduleStatus = monitored
                ? new ScheduleStatus
                {
                    Last = last,
                    Next = planned ?? DateTime.MaxValue,
                    LastUpdated = last,
                }
                : null,
        };

        try
        {
            await runner.RunAsync(function, new TriggerInput(info, TriggerInput.NoData, $"timer fired at {begin:O}"));
        }
        catch (Exception) when (runner.IsCuttingOff)
        {
            return null;
        }
        catch (Exception)
        {
            // The runner has logged it; a timer goes on with its next occurrence.
        }

        if (monitored && _schedule.Next(begin) is { } following)
        {
            state.SaveTimer(function.Name, new TimerState(scheduleText, begin, following, begin));
        }

        return begin;
    }

    /// <summary>Waits for an occurrence that was planned at <paramref name="from"/>. One that is over already, because the run before took
    /// that long, comes at once.</summary>
    /// <returns>The occurrence, or that which took its place when the clock was set; null when the host stops.</returns>
    private async Task<DateTime?> WaitUntilAsync(DateTime due, HeldClock.Moment from, CancellationToken stopping)
    {
        var passed = TimeSpan.FromTicks(Math.Max(0, _clock.Since(from).Ticks));
        for (var rest = due - from.Utc - passed; rest > TimeSpan.Zero; rest = due - from.Utc - passed)
        {
            var wait = rest < _clock.LongestWait ? rest : _clock.LongestWait;
            var begun = _clock.Now;
            if (!await _clock.WaitAsync(wait, stopping))
            {
                return null;
            }

            var now = _clock.Now;
            var waited = _clock.Since(begun);
            passed += waited > wait ? waited : wait;
            if (_schedule is IntervalSchedule || (now.Utc - from.Utc - passed).Duration() <= ClockTolerance)
            {
                continue;
            }

            logger.ClockWasSet(function.Name, now.Utc);
            (from, passed) = (now, TimeSpan.Zero);
            if (now.Utc < due && _schedule.Next(now.Utc.AddTicks(-1)) is { } planned)
            {
                due = planned;
            }
        }

        return stopping.IsCancellationRequested ? null : due;
    }
}

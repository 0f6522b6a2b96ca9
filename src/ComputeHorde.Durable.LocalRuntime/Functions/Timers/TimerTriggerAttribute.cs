using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Starts a function on a schedule.</summary>
public sealed class TimerTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>Creates the attribute.</summary>
    /// <param name="schedule">A CRON expression of six fields (seconds first) or five, in UTC or the zone
    /// that setting <c>WEBSITE_TIME_ZONE</c> names; a time span; or <c>%setting%</c>.</param>
    public TimerTriggerAttribute(string schedule) => Schedule = schedule;

    /// <summary>A CRON expression of six fields (seconds first) or five, in UTC or the zone that setting
    /// <c>WEBSITE_TIME_ZONE</c> names; a time span; or <c>%setting%</c>.</summary>
    public string Schedule { get; }

    /// <summary>Whether the schedule's status is kept, so that an occurrence missed while the host was down runs late.
    /// Schedules more frequent than once a minute never keep it.</summary>
    /// <value>Default true.</value>
    public bool UseMonitor { get; set; } = true;

    /// <summary>Whether the function also runs whenever the host starts.</summary>
    /// <value>Default false.</value>
    public bool RunOnStartup { get; set; }
}

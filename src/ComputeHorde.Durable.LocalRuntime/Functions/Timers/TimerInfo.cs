namespace Microsoft.Azure.Functions.Worker;

/// <summary>What a timer function is told about its schedule.</summary>
public class TimerInfo
{
    /// <summary>Creates an empty value.</summary>
    public TimerInfo()
    {
    }

    /// <summary>The schedule's status; null when it is not kept.</summary>
    public ScheduleStatus? ScheduleStatus { get; set; }

    /// <summary>Whether this run is later than the schedule asked for.</summary>
    public bool IsPastDue { get; set; }
}

/// <summary>The status of a schedule, in UTC.</summary>
public class ScheduleStatus
{
    /// <summary>Creates an empty value.</summary>
    public ScheduleStatus()
    {
    }

    /// <summary>The occurrence that ran last.</summary>
    public DateTime Last { get; set; }

    /// <summary>The occurrence that comes next.</summary>
    public DateTime Next { get; set; }

    /// <summary>When the status was written.</summary>
    public DateTime LastUpdated { get; set; }
}

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

/// <summary>The status of a schedule as it was before the run that is told of it, in UTC.</summary>
public class ScheduleStatus
{
    /// <summary>Creates an empty value.</summary>
    public ScheduleStatus()
    {
    }

    /// <summary>When the run before began.</summary>
    public DateTime Last { get; set; }

    /// <summary>The occurrence that was next then: in a run on the schedule, its own.</summary>
    public DateTime Next { get; set; }

    /// <summary>When the status was written.</summary>
    public DateTime LastUpdated { get; set; }
}

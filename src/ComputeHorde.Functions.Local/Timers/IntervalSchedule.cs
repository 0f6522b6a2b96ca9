namespace ComputeHorde.Functions.Local.Timers;

/// <summary>Every so often, counted from the beginning of the last run.</summary>
internal sealed class IntervalSchedule(TimeSpan interval) : ITimerSchedule
{
    public DateTime? Next(DateTime after) => DateTime.MaxValue - after > interval ? after + interval : null;

    public bool IsMonitored(DateTime now) => interval >= TimeSpan.FromMinutes(1);
}

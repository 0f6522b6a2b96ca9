namespace ComputeHorde.DurableTask.Sqlite.Engine;

/// <summary>How long the calls of one activity hold the thread that starts them: until their first real wait, or their end.</summary>
internal sealed class ActivityPace
{
    /// <summary>What is not known yet counts as slow; some thirty quick calls change that.</summary>
    private const double Unknown = 10_000;

    private double _average = Unknown;

    /// <summary>The moving average in microseconds.</summary>
    public double Microseconds => Volatile.Read(ref _average);

    /// <summary>
    /// Counts a call. It is an estimate: of two at the same moment one may go uncounted, but what is written is a mean of what was read.
    /// </summary>
    public void Add(TimeSpan held)
    {
        var average = Microseconds;
        Volatile.Write(ref _average, average + ((held.TotalMicroseconds - average) / 8));
    }
}

namespace ComputeHorde.Durable.Runs;

/// <summary>What a run waits for.</summary>
internal enum RunSignal
{
    /// <summary>Something was learned of a job.</summary>
    Updated,

    /// <summary>The moment waited for has come.</summary>
    Elapsed,

    /// <summary>The namespace has a place for the run.</summary>
    PlaceGranted,

    /// <summary>The caller's time is over.</summary>
    TimedOut,

    /// <summary>The caller wants no more of it.</summary>
    Cancelled,
}

namespace ComputeHorde.Durable.Runs;

/// <summary>Whether, and how, a step of a run ends it.</summary>
internal enum RunEnd
{
    /// <summary>It goes on with the next step.</summary>
    None,

    Completed,

    Failed,

    TimedOut,

    Cancelled,
}

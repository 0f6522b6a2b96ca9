namespace ComputeHorde.Durable.Batches;

/// <summary>The values of <see cref="BatchProgress.Phase"/>.</summary>
internal static class BatchPhases
{
    /// <summary>Its lines are being read and checked.</summary>
    public const string Reading = "reading";

    /// <summary>Its jobs are under way.</summary>
    public const string Running = "running";

    /// <summary>Its results are being put together.</summary>
    public const string Summarising = "summarising";
}

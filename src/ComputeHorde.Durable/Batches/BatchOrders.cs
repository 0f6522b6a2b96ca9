namespace ComputeHorde.Durable.Batches;

/// <summary>What a batch can be told.</summary>
internal static class BatchOrders
{
    /// <summary>Begin no further line.</summary>
    public const string Pause = "pause";

    /// <summary>Go on.</summary>
    public const string Resume = "resume";

    /// <summary>Begin no further line, and cancel the runs that are under way.</summary>
    public const string Cancel = "cancel";

    public static readonly IReadOnlyList<string> All = [Pause, Resume, Cancel];
}

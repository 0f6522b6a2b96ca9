namespace ComputeHorde.Durable.Batches;

/// <summary>The values of <see cref="BatchSummary.Status"/>.</summary>
internal static class BatchStatuses
{
    /// <summary>Every valid line has run, well or not.</summary>
    public const string Completed = "completed";

    /// <summary>The caller cancelled it.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>A line was not valid and the batch was strict: nothing ran.</summary>
    public const string Rejected = "rejected";

    /// <summary>Its source could not be read: nothing ran.</summary>
    public const string Unreadable = "unreadable";
}

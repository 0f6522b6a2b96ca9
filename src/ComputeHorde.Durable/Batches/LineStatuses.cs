using ComputeHorde.Durable.Runs;

namespace ComputeHorde.Durable.Batches;

/// <summary>The values of <see cref="BatchResult.Status"/>.</summary>
internal static class LineStatuses
{
    /// <summary>Its run completed.</summary>
    public const string Completed = RunStatuses.Completed;

    /// <summary>The line is not a valid request; it was not run.</summary>
    public const string Invalid = "invalid";

    /// <summary>The batch ended before its turn came.</summary>
    public const string NotStarted = "not_started";

    /// <summary>The run itself broke, not its job.</summary>
    public const string Broken = "broken";
}

namespace ComputeHorde.Durable.Checks;

/// <summary>The values of <see cref="CheckOutcome.Verdict"/>.</summary>
internal static class Verdicts
{
    /// <summary>The results agree.</summary>
    public const string Match = "match";

    /// <summary>The results differ, and a second trusted run confirmed it.</summary>
    public const string Mismatch = "mismatch";

    /// <summary>It cannot be told.</summary>
    public const string Inconclusive = "inconclusive";

    /// <summary>The job was not chosen.</summary>
    public const string NotSampled = "not_sampled";

    /// <summary>The check is under way.</summary>
    public const string Pending = "pending";
}

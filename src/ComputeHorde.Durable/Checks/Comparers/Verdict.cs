namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>What a comparison found.</summary>
public enum Verdict
{
    /// <summary>The results agree.</summary>
    Match,

    /// <summary>The results differ.</summary>
    Mismatch,

    /// <summary>It cannot be told: nothing to compare, or nothing to compare it with.</summary>
    Inconclusive,
}

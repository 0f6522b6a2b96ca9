namespace ComputeHorde.Durable.Checks;

/// <summary>The values of <see cref="CheckProgress.Phase"/>.</summary>
internal static class CheckPhases
{
    public const string Sampling = "sampling";

    /// <summary>The job runs, or waits to run, on the trusted miner.</summary>
    public const string Copying = "copying";

    public const string Comparing = "comparing";

    public const string Recording = "recording";

    /// <summary>The evidence stands in the ledger; the facilitator is being told.</summary>
    public const string Reporting = "reporting";
}

namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>
/// Compares what an untrusted miner returned with what the trusted one did. Register your own in the host's services; a request names it as
/// <c>custom:&lt;name&gt;</c>.
/// </summary>
public interface IResultComparer
{
    /// <summary>The name that requests use; a comparer of yours is called <c>custom:</c> and this.</summary>
    string Name { get; }

    /// <summary>Compares.</summary>
    /// <param name="untrusted">What the miner returned. Open it with limits: it can be anything.</param>
    /// <param name="trusted">What the trusted miner returned.</param>
    /// <param name="settings">Tolerances and paths.</param>
    /// <param name="cancellationToken">Ends the comparison, after five minutes at the latest.</param>
    /// <returns>The verdict. What cannot be compared is inconclusive, never a mismatch.</returns>
    Task<Comparison> CompareAsync(
        IResultContent untrusted,
        IResultContent trusted,
        ComparisonSettings settings,
        CancellationToken cancellationToken
    );
}

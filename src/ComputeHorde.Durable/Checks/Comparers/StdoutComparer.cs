namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary><c>stdout</c>: the standard output has the same bytes.</summary>
internal sealed class StdoutComparer : IResultComparer
{
    public string Name => "stdout";

    public Task<Comparison> CompareAsync(
        IResultContent untrusted,
        IResultContent trusted,
        ComparisonSettings settings,
        CancellationToken cancellationToken
    )
    {
        var (actual, expected) = (untrusted.Manifest.Stdout, trusted.Manifest.Stdout);
        return Task.FromResult(
            expected.Size == 0 && actual.Size == 0 ? Comparison.Inconclusive("the job wrote nothing to standard output")
            : actual.Size == expected.Size && actual.Sha256 == expected.Sha256 ? Comparison.Match("the standard output is the same")
            : Comparison.Mismatch(
                $"the standard output has hash {actual.Sha256 ?? "of nothing"} instead of {expected.Sha256 ?? "of nothing"}"
            )
        );
    }
}

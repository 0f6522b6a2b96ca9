namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary><c>sha256</c>, the default: every artifact and output has the same bytes.</summary>
internal sealed class Sha256Comparer : IResultComparer
{
    public string Name => "sha256";

    public Task<Comparison> CompareAsync(
        IResultContent untrusted,
        IResultContent trusted,
        ComparisonSettings settings,
        CancellationToken cancellationToken
    ) => Task.FromResult(Compare(untrusted, trusted, settings));

    private static Comparison Compare(IResultContent untrusted, IResultContent trusted, ComparisonSettings settings)
    {
        var items = ComparedItems.Pair(untrusted.Manifest, trusted.Manifest, settings.Paths, out var problem);
        if (problem is not null)
        {
            return problem;
        }

        string? unknown = null;
        foreach (var (path, theirs, ours) in items)
        {
            if (theirs.Size != ours.Size)
            {
                return Comparison.Mismatch($"'{path}' has {theirs.Size} bytes instead of {ours.Size}");
            }

            if (ours.Size == 0)
            {
                // Empty contents are the same, whether anybody has hashed them or not.
                continue;
            }

            var (actual, expected) =
                theirs.Sha256 is not null && ours.Sha256 is not null ? (theirs.Sha256, ours.Sha256) : (theirs.Md5, ours.Md5);
            if (actual is null || expected is null)
            {
                unknown ??= path;
            }
            else if (actual != expected)
            {
                return Comparison.Mismatch($"'{path}' has hash {actual} instead of {expected}");
            }
        }

        return unknown is null
            ? Comparison.Match($"{items.Count} items have the same hashes")
            : Comparison.Inconclusive($"'{unknown}' has no hash");
    }
}

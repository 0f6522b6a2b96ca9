namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>
/// A comparer that has to open the contents: all artifacts and outputs, or the standard output where there are none. The trusted side decides
/// what is comparable at all, so a miner cannot escape by returning something that cannot be read.
/// </summary>
internal abstract class ContentComparer : IResultComparer
{
    public abstract string Name { get; }

    public async Task<Comparison> CompareAsync(IResultContent untrusted, IResultContent trusted, ComparisonSettings settings, CancellationToken cancellationToken)
    {
        var items = ItemsOf(untrusted, trusted, settings, out var problem);
        if (problem is not null)
        {
            return problem;
        }

        Comparison? unclear = null;
        foreach (var item in items)
        {
            var found = await CompareAsync(item, untrusted, trusted, settings, cancellationToken);
            switch (found.Verdict)
            {
                case Verdict.Mismatch:
                    return found;
                case Verdict.Inconclusive:
                    unclear ??= found;
                    break;
            }
        }

        return unclear ?? Comparison.Match($"{items.Count} items agree");
    }

    /// <summary>What to compare.</summary>
    protected virtual List<ComparedItem> ItemsOf(IResultContent untrusted, IResultContent trusted, ComparisonSettings settings, out Comparison? problem)
    {
        if (settings.Paths is null && trusted.Manifest.Artifacts.Count + trusted.Manifest.Outputs.Count == 0)
        {
            problem = null;
            return [new ComparedItem(ComparedItems.Stdout, untrusted.Manifest.Stdout, trusted.Manifest.Stdout)];
        }

        return ComparedItems.Pair(untrusted.Manifest, trusted.Manifest, settings.Paths, out problem);
    }

    /// <summary>Compares two contents.</summary>
    /// <returns>Null when the trusted content is not of a kind that this comparer reads.</returns>
    protected abstract Comparison? Compare(string path, ReadOnlyMemory<byte> untrusted, ReadOnlyMemory<byte> trusted, ComparisonSettings settings);

    private async Task<Comparison> CompareAsync(
        ComparedItem item, IResultContent untrusted, IResultContent trusted, ComparisonSettings settings, CancellationToken cancellationToken)
    {
        if (item.Untrusted.Sha256 is { } hash && hash == item.Trusted.Sha256)
        {
            return Comparison.Match($"'{item.Path}' has the same bytes");
        }

        if (await trusted.ReadAsync(item.Trusted, cancellationToken) is not { } expected)
        {
            return Comparison.Inconclusive($"the trusted '{item.Path}' is larger than {trusted.MaxBytes} bytes");
        }

        return await untrusted.ReadAsync(item.Untrusted, cancellationToken) is not { } actual
            ? Comparison.Mismatch($"'{item.Path}' has {item.Untrusted.Size} bytes where the trusted one has {item.Trusted.Size}")
            : Compare(item.Path, actual, expected, settings) ?? Comparison.Inconclusive($"the trusted '{item.Path}' is not something that '{Name}' can read");
    }
}

namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>A comparer that has to open the contents: all artifacts and outputs, or the standard output where there are none.</summary>
internal abstract class ContentComparer : IResultComparer
{
    /// <summary>No other form of the same values is so much longer; not opened, for a miner may return any amount of bytes.</summary>
    private const int MostTimesTheSize = 1000;

    public abstract string Name { get; }

    public async Task<Comparison> CompareAsync(
        IResultContent untrusted,
        IResultContent trusted,
        ComparisonSettings settings,
        CancellationToken cancellationToken
    )
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

    /// <summary>Compares two contents whose bytes may differ.</summary>
    /// <returns>Where and how they differ, without giving content away; null when they agree.</returns>
    /// <exception cref="UnreadableContentException">One of them is nothing that this comparer reads.</exception>
    protected abstract Task<string?> FindDifferenceAsync(
        ContentHandle untrusted,
        ContentHandle trusted,
        ComparisonSettings settings,
        CancellationToken cancellationToken
    );

    private static List<ComparedItem> ItemsOf(
        IResultContent untrusted,
        IResultContent trusted,
        ComparisonSettings settings,
        out Comparison? problem
    )
    {
        if (settings.Paths is null && trusted.Manifest.Artifacts.Count + trusted.Manifest.Outputs.Count == 0)
        {
            problem = null;
            return [new ComparedItem(ComparedItems.Stdout, untrusted.Manifest.Stdout, trusted.Manifest.Stdout)];
        }

        return ComparedItems.Pair(untrusted.Manifest, trusted.Manifest, settings.Paths, out problem);
    }

    private async Task<Comparison> CompareAsync(
        ComparedItem item,
        IResultContent untrusted,
        IResultContent trusted,
        ComparisonSettings settings,
        CancellationToken cancellationToken
    )
    {
        if (item.Untrusted.Sha256 is { } hash && hash == item.Trusted.Sha256)
        {
            return Comparison.Match($"'{item.Path}' has the same bytes");
        }

        if (item.Untrusted.Size > MostTimesTheSize * (item.Trusted.Size + 1024))
        {
            return Comparison.Mismatch($"'{item.Path}' has {item.Untrusted.Size} bytes where the trusted one has {item.Trusted.Size}");
        }

        try
        {
            var difference = await FindDifferenceAsync(
                new ContentHandle("the miner's", untrusted, item.Untrusted),
                new ContentHandle("the trusted", trusted, item.Trusted),
                settings,
                cancellationToken
            );
            return difference is null
                ? Comparison.Match($"'{item.Path}' agrees")
                : Comparison.Mismatch($"'{item.Path}' differs: {difference}");
        }
        catch (UnreadableContentException exception)
        {
            return Comparison.Inconclusive($"'{item.Path}' cannot be compared: {exception.Message}");
        }
    }
}

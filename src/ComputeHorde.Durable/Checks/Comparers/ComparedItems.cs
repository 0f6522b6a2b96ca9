using ComputeHorde.Durable.Storage;

namespace ComputeHorde.Durable.Checks.Comparers;

/// <summary>Pairs the artifacts and outputs of two results by path.</summary>
internal static class ComparedItems
{
    /// <summary>The name under which the standard output is compared when a job returned nothing else.</summary>
    public const string Stdout = "stdout";

    /// <summary>Pairs what both returned.</summary>
    /// <param name="untrusted">The miner's.</param>
    /// <param name="trusted">The trusted miner's.</param>
    /// <param name="paths">What to compare; null for all.</param>
    /// <param name="problem">Set when the two do not have the same items, or none.</param>
    public static List<ComparedItem> Pair(
        ResultManifest untrusted,
        ResultManifest trusted,
        IReadOnlyList<string>? paths,
        out Comparison? problem
    )
    {
        var theirs = Items(untrusted, paths);
        var ours = Items(trusted, paths);
        problem = null;
        if (paths?.FirstOrDefault(path => !ours.ContainsKey(path)) is { } absent)
        {
            problem = Comparison.Inconclusive($"the trusted result has no '{absent}'");
        }
        else if (ours.Count == 0)
        {
            problem =
                theirs.Count == 0
                    ? Comparison.Inconclusive("the job returned no artifact and no output")
                    : Comparison.Inconclusive("the trusted result has no artifact and no output");
        }
        else if (Unreadable(untrusted, paths) is { } theirsUnread)
        {
            problem = Comparison.Inconclusive($"the miner's '{theirsUnread}' came in a form that cannot be read");
        }
        else if (Unreadable(trusted, paths) is { } oursUnread)
        {
            problem = Comparison.Inconclusive($"the trusted '{oursUnread}' came in a form that cannot be read");
        }
        else if (ours.Keys.FirstOrDefault(path => !theirs.ContainsKey(path)) is { } missing)
        {
            problem = Comparison.Mismatch($"'{missing}' is missing");
        }
        else if (theirs.Keys.FirstOrDefault(path => !ours.ContainsKey(path)) is { } extra)
        {
            problem = Comparison.Mismatch($"'{extra}' is one too many");
        }

        return problem is null ? [.. ours.Select(item => new ComparedItem(item.Key, theirs[item.Key], item.Value))] : [];
    }

    private static string? Unreadable(ResultManifest manifest, IReadOnlyList<string>? paths) =>
        manifest.UnreadableArtifacts.FirstOrDefault(path => paths is null || paths.Contains(path));

    private static SortedDictionary<string, ContentReference> Items(ResultManifest manifest, IReadOnlyList<string>? paths)
    {
        var items = new SortedDictionary<string, ContentReference>(StringComparer.Ordinal);
        foreach (var (path, content) in manifest.Artifacts.Concat(manifest.Outputs))
        {
            if ((paths is null || paths.Contains(path)) && !items.TryAdd(path, content))
            {
                // An artifact has the name of an output: it does not stand in for it.
                items[path + " (output)"] = content;
            }
        }

        return items;
    }
}

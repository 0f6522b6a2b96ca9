namespace Microsoft.DurableTask.Abstractions;

/// <summary>Compares versions of orchestrators.</summary>
public static class TaskOrchestrationVersioningUtils
{
    /// <summary>
    /// Compares two versions: none is less than any, dotted numbers compare by number, anything else as text without case.
    /// </summary>
    /// <param name="sourceVersion">The version to compare.</param>
    /// <param name="otherVersion">The version to compare with.</param>
    /// <returns>Less than, equal to or greater than zero.</returns>
    public static int CompareVersions(string sourceVersion, string otherVersion)
    {
        var (sourceEmpty, otherEmpty) = (string.IsNullOrWhiteSpace(sourceVersion), string.IsNullOrWhiteSpace(otherVersion));
        if (sourceEmpty || otherEmpty)
        {
            return (sourceEmpty ? 0 : 1) - (otherEmpty ? 0 : 1);
        }

        return Version.TryParse(sourceVersion, out var source) && Version.TryParse(otherVersion, out var other)
            ? source.CompareTo(other)
            : string.Compare(sourceVersion, otherVersion, StringComparison.OrdinalIgnoreCase);
    }
}

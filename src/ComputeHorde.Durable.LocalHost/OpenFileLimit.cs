using System.Globalization;

namespace ComputeHorde.Durable.LocalHost;

/// <summary>
/// How many files and connections the system lets this process open (<c>ulimit -n</c>). Too few end it under load with an error that names
/// something else.
/// </summary>
internal static class OpenFileLimit
{
    private const int Enough = 1024;

    /// <summary>Says that there are too few; null when there are enough, or nobody knows.</summary>
    public static string? Warning()
    {
        const string Limits = "/proc/self/limits";
        return File.Exists(Limits) ? Warning(File.ReadLines(Limits)) : null;
    }

    internal static string? Warning(IEnumerable<string> limits)
    {
        var line = limits.FirstOrDefault(static line => line.StartsWith("Max open files", StringComparison.Ordinal));
        var soft = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(3);
        return int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var files) && files < Enough
            ? $"this process may open {files} files and connections only (ulimit -n); under load it needs {Enough} or more."
            : null;
    }
}

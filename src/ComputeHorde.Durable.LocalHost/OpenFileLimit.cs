using System.Globalization;
using ComputeHorde.Durable.LocalHost.Commands;

namespace ComputeHorde.Durable.LocalHost;

/// <summary>
/// How many files and connections the system lets this process open (<c>ulimit -n</c>). Too few end it under load with an error that names
/// something else.
/// </summary>
internal static class OpenFileLimit
{
    private const string Limits = "/proc/self/limits";

    /// <summary>What the program needs under load, and what it needs to start at all: assemblies are files too.</summary>
    private const int Enough = 1024,
        Least = 400;

    /// <summary>Says that there are too few; null when there are enough, or nobody knows.</summary>
    /// <exception cref="UserException">There are too few to start.</exception>
    public static string? Warning() => File.Exists(Limits) ? Warning(File.ReadLines(Limits)) : null;

    internal static string? Warning(IEnumerable<string> limits)
    {
        var line = limits.FirstOrDefault(static line => line.StartsWith("Max open files", StringComparison.Ordinal));
        var soft = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(3);
        if (!int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var files) || files >= Enough)
        {
            return null;
        }

        var text = $"this process may open {files} files and connections only (ulimit -n)";
        return files >= Least
            ? $"{text}; under load it needs {Enough} or more."
            : throw new UserException($"{text}, too few to start: set ulimit -n {Enough} or more.");
    }
}

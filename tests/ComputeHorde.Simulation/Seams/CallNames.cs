using System.Text.RegularExpressions;

namespace ComputeHorde.Simulation.Seams;

/// <summary>Names calls without what is random in them.</summary>
internal static partial class CallNames
{
    public static string Of(string method, string target) => $"{method} {Random().Replace(target, "*")}";

    [GeneratedRegex(
        "[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}",
        RegexOptions.None,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Random();
}

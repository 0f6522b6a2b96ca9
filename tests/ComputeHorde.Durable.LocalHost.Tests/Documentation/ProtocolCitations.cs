using System.Text.RegularExpressions;

namespace ComputeHorde.Durable.LocalHost.Tests.Documentation;

/// <summary>The sections of docs/protocol.md: those that it has, and those that a text cites, as in "protocol 2.2, 2.4".</summary>
internal static partial class ProtocolCitations
{
    public static IReadOnlySet<string> Sections(string document) =>
        Heading().Matches(document).Select(static match => match.Groups["number"].Value).ToHashSet(StringComparer.Ordinal);

    public static IEnumerable<string> In(string text) =>
        Citation().Matches(text).SelectMany(static match => match.Groups["number"].Captures).Select(static number => number.Value);

    [GeneratedRegex(@"^##+ (?<number>[0-9]+(\.[0-9]+)?)\b", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Heading();

    // A list may go on in the next line of a comment.
    [GeneratedRegex(
        @"\bprotocol (?<number>[0-9]+(\.[0-9]+)?)(,?( and)?\s+(//+\s+)?(?<number>[0-9]+(\.[0-9]+)?)\b)*",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Citation();
}

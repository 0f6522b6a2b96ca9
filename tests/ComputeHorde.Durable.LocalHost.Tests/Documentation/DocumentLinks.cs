using System.Text.RegularExpressions;

namespace ComputeHorde.Durable.LocalHost.Tests.Documentation;

/// <summary>The links of a document that lead to files of the repository and to headings in them.</summary>
internal static partial class DocumentLinks
{
    public static IEnumerable<string> Problems(string document, string text)
    {
        foreach (var target in Link().Matches(text).Select(static match => match.Groups["target"].Value))
        {
            var (path, anchor) = target.Split('#') is [var file, var heading] ? (file, heading) : (target, null);
            var destination = path.Length == 0 ? document : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(document)!, path));
            if (!Path.Exists(destination))
            {
                yield return $"{target} leads nowhere";
            }
            else if (anchor is not null && !Anchors(path.Length == 0 ? text : File.ReadAllText(destination)).Contains(anchor))
            {
                yield return $"{target} names no heading";
            }
        }
    }

    private static IEnumerable<string> Anchors(string text) =>
        Heading()
            .Matches(text)
            .Select(static match => NotInAnchors().Replace(match.Groups["text"].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"\]\((?<target>(?!https?://|mailto:)[^)\s]+)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (?<text>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]", RegexOptions.None, 1000)]
    private static partial Regex NotInAnchors();
}

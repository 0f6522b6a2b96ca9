using System.Text;
using System.Text.RegularExpressions;

namespace ComputeHorde.Durable.LocalHost.Tests.Documentation;

/// <summary>The commands in a document, in code blocks and within the text, each as its words.</summary>
internal static partial class ShellCommands
{
    public static IEnumerable<IReadOnlyList<string>> In(string document) =>
        from line in Lines(document)
        from part in Separator().Split(line)
        let words = Words(part).SkipWhile(static word => Assignment().IsMatch(word)).ToList()
        where words.Count > 0
        select words;

    private static IEnumerable<string> Lines(string document) =>
        [
            .. Block()
                .Matches(document)
                .SelectMany(static block => block.Groups["text"].Value.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')),
            .. Substitution().Matches(document).Select(static inner => inner.Groups["text"].Value),
            .. Inline().Matches(Block().Replace(document, "")).Select(static code => code.Groups["text"].Value.Replace('\n', ' ')),
        ];

    /// <summary>Splits as a shell does: quotes keep blanks together, a hash begins a comment, a dollar is left as it is.</summary>
    private static List<string> Words(string command)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var quote = '\0';
        var isWord = false;
        foreach (var character in command)
        {
            if (quote == '\0' && character == '#' && !isWord)
            {
                break;
            }

            if (quote == '\0' && character is '\'' or '"')
            {
                (quote, isWord) = (character, true);
            }
            else if (character == quote)
            {
                quote = '\0';
            }
            else if (quote == '\0' && char.IsWhiteSpace(character))
            {
                Close();
            }
            else
            {
                word.Append(character);
                isWord = true;
            }
        }

        Close();
        return words is ["&"] ? [] : words;

        void Close()
        {
            if (isWord)
            {
                words.Add(word.ToString());
            }

            word.Clear();
            isWord = false;
        }
    }

    [GeneratedRegex(
        @"^```(sh|bash)?\n(?<text>.*?)^```",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Block();

    [GeneratedRegex(@"(?<!`)`(?<text>([A-Z_]+=\S+ )*(dotnet|npm|npx|az|azd)\s[^`]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Inline();

    [GeneratedRegex(@"\$\((?<text>(az|azd) [^()]+)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Substitution();

    [GeneratedRegex("^[A-Z_]+=", RegexOptions.None, 1000)]
    private static partial Regex Assignment();

    [GeneratedRegex(@"\s(?:&&|\||&)(?:\s|$)|^\(|\)$", RegexOptions.None, 1000)]
    private static partial Regex Separator();
}

using System.Text;
using System.Text.RegularExpressions;

namespace ComputeHorde.Emulator.Executor;

/// <summary>
/// Python's <c>fnmatch.fnmatchcase</c>, by which Hugging Face files are chosen: <c>*</c> any text, slashes included, <c>?</c> one
/// character, <c>[a-z]</c> and <c>[!a-z]</c> one of a set. What is no pattern stands for itself.
/// </summary>
internal static class FnMatch
{
    public static bool IsMatch(string pattern, string name) =>
        Regex.IsMatch(name, Translate(pattern), RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.CultureInvariant);

    private static string Translate(string pattern)
    {
        var regex = new StringBuilder(@"\A");
        for (int i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*':
                    regex.Append(".*");
                    break;
                case '?':
                    regex.Append('.');
                    break;
                case '[' when SetEnd(pattern, i) is int end:
                    regex.Append(Set(pattern[(i + 1)..end]));
                    i = end;
                    break;
                default:
                    regex.Append(Regex.Escape(pattern[i].ToString()));
                    break;
            }
        }

        return regex.Append(@"\z").ToString();
    }

    /// <summary>
    /// Where the set that begins at <paramref name="start"/> ends: a <c>]</c> right at its beginning belongs to it. Null when it never
    /// ends.
    /// </summary>
    private static int? SetEnd(string pattern, int start)
    {
        int first = start + 1;
        first += first < pattern.Length && pattern[first] == '!' ? 1 : 0;
        int end = first < pattern.Length ? pattern.IndexOf(']', first + (pattern[first] == ']' ? 1 : 0)) : -1;
        return end < 0 ? null : end;
    }

    private static string Set(string set)
    {
        bool isNegated = set[0] == '!';
        var ranges = new StringBuilder();
        for (int i = isNegated ? 1 : 0; i < set.Length; i++)
        {
            bool isRange = i + 2 < set.Length && set[i + 1] == '-';
            (char from, char to) = (set[i], isRange ? set[i + 2] : set[i]);
            i += isRange ? 2 : 0;
            if (from <= to)
            {
                ranges.Append($"\\u{(int)from:x4}-\\u{(int)to:x4}");
            }
        }

        // A set of nothing matches nothing; its opposite matches everything.
        return ranges.Length == 0 ? (isNegated ? "." : "[^\\u0000-\\uffff]") : $"[{(isNegated ? "^" : "")}{ranges}]";
    }
}

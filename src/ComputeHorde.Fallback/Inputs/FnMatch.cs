using System.Text;
using System.Text.RegularExpressions;

namespace ComputeHorde.Fallback;

/// <summary>
/// Python's <c>fnmatch.fnmatchcase</c>, by which Hugging Face files are chosen: <c>*</c> any text, slashes included, <c>?</c> one
/// character, <c>[a-z]</c> and
/// <c>[!a-z]</c> one of a set. A pattern that ends in a slash takes the whole folder.
/// </summary>
internal static class FnMatch
{
    public static bool IsMatch(string pattern, string name) =>
        Regex.IsMatch(
            name,
            Translate(pattern.EndsWith('/') ? pattern + "*" : pattern),
            RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.CultureInvariant
        );

    private static string Translate(string pattern)
    {
        var regex = new StringBuilder(@"\A");
        for (var index = 0; index < pattern.Length; index++)
        {
            var end = pattern[index] == '[' ? SetEnd(pattern, index) : -1;
            regex.Append(
                pattern[index] switch
                {
                    '*' => ".*",
                    '?' => ".",
                    '[' when end > 0 => Set(pattern[(index + 1)..end]),
                    var character => Regex.Escape(character.ToString()),
                }
            );
            index = end > 0 ? end : index;
        }

        return regex.Append(@"\z").ToString();
    }

    /// <summary>Where a set ends: a <c>]</c> right at its beginning belongs to it; -1 when it never does.</summary>
    private static int SetEnd(string pattern, int start)
    {
        var first = start + 1;
        first += first < pattern.Length && pattern[first] == '!' ? 1 : 0;
        return first < pattern.Length ? pattern.IndexOf(']', first + (pattern[first] == ']' ? 1 : 0)) : -1;
    }

    private static string Set(string set)
    {
        var isNegated = set[0] == '!';
        var ranges = new StringBuilder();
        for (var index = isNegated ? 1 : 0; index < set.Length; index++)
        {
            var isRange = index + 2 < set.Length && set[index + 1] == '-';
            var (from, to) = (set[index], isRange ? set[index + 2] : set[index]);
            index += isRange ? 2 : 0;
            if (from <= to)
            {
                ranges.Append($"\\u{(int)from:x4}-\\u{(int)to:x4}");
            }
        }

        // A set of nothing matches nothing; its opposite matches everything.
        return ranges.Length == 0 ? (isNegated ? "." : "[^\\u0000-\\uffff]") : $"[{(isNegated ? "^" : "")}{ranges}]";
    }
}

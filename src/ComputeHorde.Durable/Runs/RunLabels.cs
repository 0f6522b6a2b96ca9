using System.Text.RegularExpressions;
using ComputeHorde.Sdk;

namespace ComputeHorde.Durable.Runs;

/// <summary>
/// What callers may write on their runs to find them again. Bounded, for labels stand in the input of the run and in every list.
/// </summary>
internal static partial class RunLabels
{
    /// <summary>The most labels of one run.</summary>
    public const int MaxCount = 16;

    /// <summary>The most characters of a value.</summary>
    public const int MaxValueLength = 63;

    private const string KeyRule = "must have 1 to 63 characters of A-Z a-z 0-9 . _ / - and begin and end with a letter or a digit.";

    /// <summary>Says what is wrong with the labels of a request.</summary>
    public static IEnumerable<ValidationProblem> Validate(IReadOnlyDictionary<string, string> labels)
    {
        if (labels.Count > MaxCount)
        {
            yield return new ValidationProblem("labels", $"must be at most {MaxCount}.");
        }

        foreach (var (key, value) in labels.Take(MaxCount))
        {
            // The name of a field goes into the answer: one that breaks the rule is not repeated there.
            if (!KeyPattern().IsMatch(key))
            {
                yield return new ValidationProblem("labels", $"has a key that is none: it {KeyRule}");
            }
            else if (value is null || value.Length > MaxValueLength || value.Any(char.IsControl))
            {
                yield return new ValidationProblem(
                    $"labels.{key}",
                    $"must be a text of at most {MaxValueLength} characters, without control characters."
                );
            }
        }
    }

    /// <summary>Reads what a list asks for: <c>key=value</c>, or <c>key</c> alone for any value.</summary>
    /// <returns>Key and value, null for any; null when the text is neither.</returns>
    public static (string Key, string? Value)? Parse(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        var (key, value) = at < 0 ? (text, null) : (text[..at], text[(at + 1)..]);
        return KeyPattern().IsMatch(key) && value is null or { Length: <= MaxValueLength } ? (key, value) : null;
    }

    [GeneratedRegex("^[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex KeyPattern();
}

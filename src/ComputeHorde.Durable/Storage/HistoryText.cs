using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ComputeHorde.Durable.Storage;

/// <summary>Texts that come from outside and go into a history, a log or a report.</summary>
internal static class HistoryText
{
    /// <summary>The longest text that a history takes from outside, in characters.</summary>
    public const int MaxLength = 500;

    /// <summary>
    /// Cuts <paramref name="text"/> so that nobody can fill a history with it, and replaces what no receiver should have to cope with:
    /// control characters (PostgreSQL stores no NUL) and halves of surrogate pairs.
    /// </summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Truncate(string? text)
    {
        if (
            text is null
            || (text.Length <= MaxLength && !text.Any(static character => char.IsControl(character) || char.IsSurrogate(character)))
        )
        {
            return text;
        }

        var safe = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (safe.Length + rune.Utf16SequenceLength >= MaxLength)
            {
                safe.Append('…');
                break;
            }

            safe.Append(Rune.IsControl(rune) ? Rune.ReplacementChar : rune);
        }

        return safe.ToString();
    }
}

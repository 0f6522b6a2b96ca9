using System.Globalization;
using System.Text;

namespace ComputeHorde.Sdk;

/// <summary>
/// Makes texts that others wrote safe to show: a log or a terminal acts on line breaks, escapes and changes of direction.
/// </summary>
public static class ForeignText
{
    /// <summary>
    /// The text in one line, with everything that is not to be seen (controls, formats, line ends, private and unassigned characters)
    /// written as <c>\uXXXX</c>, and halves of characters as U+FFFD.
    /// </summary>
    /// <param name="text">Any text.</param>
    /// <returns>The same text where there is nothing to write otherwise.</returns>
    public static string Line(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        var line = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            // Lone surrogates come out as U+FFFD.
            if (IsActive(Rune.GetUnicodeCategory(rune)))
            {
                line.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}");
            }
            else
            {
                line.Append(rune.ToString());
            }
        }

        return line.ToString();
    }

    private static bool IsActive(UnicodeCategory category) =>
        category
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned;
}

using System.Text;

namespace ComputeHorde.FallbackEmulator;

/// <summary>Python's <c>shlex.split</c>, by which RunPod takes a plain start command apart.</summary>
internal static class Shlex
{
    /// <summary>The words; split at white space when a quote never ends.</summary>
    public static IReadOnlyList<string> Split(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (isWord, quote) = (false, '\0');
        for (var index = 0; index < text.Length; index++)
        {
            var character = text[index];
            if (quote == '\'' ? character != '\'' : quote == '"' && character is not ('"' or '\\'))
            {
                word.Append(character);
            }
            else if (quote != '\0' && character == quote)
            {
                quote = '\0';
            }
            else if (character == '\\' && index + 1 < text.Length)
            {
                index++;
                word.Append(quote == '"' && text[index] is not ('"' or '\\') ? $"\\{text[index]}" : text[index].ToString());
                isWord = true;
            }
            else if (character is '\'' or '"')
            {
                (quote, isWord) = (character, true);
            }
            else if (char.IsWhiteSpace(character))
            {
                Flush();
            }
            else
            {
                word.Append(character);
                isWord = true;
            }
        }

        Flush();
        return quote == '\0' ? words : text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

        void Flush()
        {
            if (isWord)
            {
                words.Add(word.ToString());
                word.Clear();
                isWord = false;
            }
        }
    }
}

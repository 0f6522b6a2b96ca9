namespace ComputeHorde.Cryptography;

/// <summary>The English word list of BIP39: 2048 words in alphabetical order, 11 bits a word.</summary>
internal static class Bip39WordList
{
    /// <summary>Number of words.</summary>
    internal const int Count = 2048;

    private static readonly string[] s_words = Load();

    internal static string Word(int index) => s_words[index];

    /// <summary>The position of a word in the list.</summary>
    /// <returns>0 to 2047, or a negative number when the word is not in the list.</returns>
    internal static int IndexOf(ReadOnlySpan<char> word)
    {
        int low = 0, high = Count - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = word.SequenceCompareTo(s_words[middle]);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (low, middle - 1) : (middle + 1, high);
        }

        return -1;
    }

    private static string[] Load()
    {
        using var stream = typeof(Bip39WordList).Assembly.GetManifestResourceStream("bip39-english")
            ?? throw new InvalidOperationException("The word list is not embedded in the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}

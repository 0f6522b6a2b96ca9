using System.Collections.Frozen;

namespace ComputeHorde.Cryptography;

/// <summary>The English word list of BIP39: 2048 words in alphabetical order, 11 bits a word.</summary>
internal static class Bip39WordList
{
    /// <summary>Number of words.</summary>
    internal const int Count = 2048;

    private static readonly string[] s_words = Load();

    private static readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> s_positions = s_words
        .Index()
        .ToFrozenDictionary(pair => pair.Item, pair => pair.Index, StringComparer.Ordinal)
        .GetAlternateLookup<ReadOnlySpan<char>>();

    internal static string Word(int index) => s_words[index];

    /// <summary>The position of a word in the list: 0 to 2047, or -1 when it is not there.</summary>
    internal static int IndexOf(ReadOnlySpan<char> word) => s_positions.TryGetValue(word, out var index) ? index : -1;

    private static string[] Load()
    {
        using var stream = typeof(Bip39WordList).Assembly.GetManifestResourceStream("bip39-english")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}

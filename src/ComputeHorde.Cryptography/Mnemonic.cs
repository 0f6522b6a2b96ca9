using System.Security.Cryptography;
using System.Text;

namespace ComputeHorde.Cryptography;

/// <summary>
/// English BIP39 mnemonics of 12, 15, 18, 21 or 24 words, and the Substrate way from them to a key: PBKDF2 over the entropy, not
/// over the words as BIP39 has it.
/// </summary>
public static class Mnemonic
{
    /// <summary>
    /// Size of the seed (mini secret) that <see cref="ToSeed(ReadOnlySpan{char}, ReadOnlySpan{char})"/> makes, in bytes: 32.
    /// </summary>
    public const int SeedSize = 32;

    private const int BitsPerWord = 11;
    private const int MaxWords = 24;
    private const int MaxEntropySize = 32;
    private const int Iterations = 2048;

    /// <summary>Makes a new phrase from the operating system's randomness.</summary>
    /// <param name="words">12 (the default), 15, 18, 21 or 24 words, for 128 to 256 bits of entropy.</param>
    /// <returns>The words with single spaces between them. Whoever reads it owns the key.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Another number of words.</exception>
    public static string Generate(int words = 12)
    {
        if (!IsWordCount(words))
        {
            throw new ArgumentOutOfRangeException(nameof(words), words, "A mnemonic has 12, 15, 18, 21 or 24 words.");
        }

        Span<byte> entropy = stackalloc byte[words / 3 * 4];
        RandomNumberGenerator.Fill(entropy);
        var phrase = FromEntropy(entropy);
        SecretMemory.Erase(entropy);
        return phrase;
    }

    /// <summary>Whether the phrase has a valid number of words, all of them from the list, and the right checksum.</summary>
    /// <param name="phrase">Lower-case words separated by white space.</param>
    /// <returns>True for a valid phrase.</returns>
    public static bool Validate(ReadOnlySpan<char> phrase)
    {
        Span<byte> entropy = stackalloc byte[MaxEntropySize];
        var fault = Parse(phrase, entropy, out _);
        SecretMemory.Erase(entropy);
        return fault is null;
    }

    /// <summary>Reads the entropy of a phrase.</summary>
    /// <param name="phrase">Lower-case words separated by white space.</param>
    /// <returns>A new array of 16, 20, 24, 28 or 32 bytes. It is secret.</returns>
    /// <exception cref="FormatException">Wrong number of words, a word that is not in the list (named by its position), or a wrong
    /// checksum.</exception>
    public static byte[] ToEntropy(ReadOnlySpan<char> phrase)
    {
        Span<byte> entropy = stackalloc byte[MaxEntropySize];
        var fault = Parse(phrase, entropy, out var size);
        var result = fault is null ? entropy[..size].ToArray() : [];
        SecretMemory.Erase(entropy);
        return fault is null ? result : throw Error.Mnemonic(fault);
    }

    /// <summary>Writes entropy as words.</summary>
    /// <param name="entropy">16, 20, 24, 28 or 32 bytes.</param>
    /// <returns>12, 15, 18, 21 or 24 words with single spaces between them.</returns>
    /// <exception cref="ArgumentException">The entropy has another length.</exception>
    public static string FromEntropy(ReadOnlySpan<byte> entropy)
    {
        if (entropy.Length % 4 != 0 || !IsWordCount(entropy.Length / 4 * 3))
        {
            throw new ArgumentException($"Entropy has 16, 20, 24, 28 or 32 bytes, not {entropy.Length}.", nameof(entropy));
        }

        Span<byte> bits = stackalloc byte[MaxEntropySize + 1];
        entropy.CopyTo(bits);
        bits[entropy.Length] = Checksum(entropy);

        var phrase = new StringBuilder();
        for (var i = 0; i < entropy.Length / 4 * 3; i++)
        {
            var index = 0;
            for (var bit = i * BitsPerWord; bit < (i + 1) * BitsPerWord; bit++)
            {
                index = (index << 1) | ((bits[bit / 8] >> (7 - (bit % 8))) & 1);
            }

            phrase.Append(i == 0 ? "" : " ").Append(Bip39WordList.Word(index));
        }

        SecretMemory.Erase(bits);
        return phrase.ToString();
    }

    /// <summary>
    /// Makes the seed (mini secret) of a phrase as Substrate does: the first 32 of 64 bytes of PBKDF2-HMAC-SHA512 over the
    /// <em>entropy</em> with salt "mnemonic" and password, 2048 rounds. The password is not normalised.
    /// </summary>
    /// <param name="phrase">Lower-case words separated by white space.</param>
    /// <param name="password">The password; none by default.</param>
    /// <returns>A new array of 32 bytes. It is secret.</returns>
    /// <exception cref="FormatException">The phrase is not valid, or the password is not valid Unicode.</exception>
    public static byte[] ToSeed(ReadOnlySpan<char> phrase, ReadOnlySpan<char> password = default)
    {
        var seed = new byte[SeedSize];
        ToSeed(phrase, password, seed);
        return seed;
    }

    internal static void ToSeed(ReadOnlySpan<char> phrase, ReadOnlySpan<char> password, Span<byte> seed)
    {
        Span<byte> entropy = stackalloc byte[MaxEntropySize];
        var salt = SecretMemory.ToUtf8(password, "mnemonic"u8) ?? throw Error.Mnemonic("the password has a surrogate without its pair");
        try
        {
            var fault = Parse(phrase, entropy, out var size);
            if (fault is not null)
            {
                throw Error.Mnemonic(fault);
            }

            Rfc2898DeriveBytes.Pbkdf2(entropy[..size], salt, seed, Iterations, HashAlgorithmName.SHA512);
        }
        finally
        {
            SecretMemory.Erase(entropy);
            SecretMemory.Erase(salt);
        }
    }

    private static string? Parse(ReadOnlySpan<char> phrase, Span<byte> entropy, out int size)
    {
        size = 0;
        Span<byte> bits = stackalloc byte[MaxEntropySize + 1];
        bits.Clear();
        var words = 0;
        foreach (var range in phrase.SplitAny(" \t\r\n\ufeff"))
        {
            var word = phrase[range];
            if (word.IsEmpty)
            {
                continue;
            }

            if (words == MaxWords)
            {
                return "it has more than 24 words";
            }

            var index = Bip39WordList.IndexOf(word);
            if (index < 0)
            {
                return $"word {words + 1} is not in the English BIP39 list";
            }

            for (var i = 0; i < BitsPerWord; i++)
            {
                var bit = (words * BitsPerWord) + i;
                bits[bit / 8] |= (byte)(((index >> (BitsPerWord - 1 - i)) & 1) << (7 - (bit % 8)));
            }

            words++;
        }

        if (!IsWordCount(words))
        {
            return $"it has {words} words, not 12, 15, 18, 21 or 24";
        }

        size = words / 3 * 4;
        bits[..size].CopyTo(entropy);
        var matches = bits[size] == Checksum(entropy[..size]);
        SecretMemory.Erase(bits);
        return matches ? null : "its checksum does not match";
    }

    /// <summary>The first bit of SHA-256 for each 4 bytes of entropy, at the top of a byte.</summary>
    private static byte Checksum(ReadOnlySpan<byte> entropy)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(entropy, digest);
        return (byte)(digest[0] & (0xff << (8 - (entropy.Length / 4))));
    }

    private static bool IsWordCount(int words) => words is 12 or 15 or 18 or 21 or 24;
}

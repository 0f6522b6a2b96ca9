using System.Buffers;

namespace ComputeHorde.Cryptography;

/// <summary>Base58 with the alphabet of Bitcoin (draft-msporny-base58-03), for short strings: the time grows with the square of the length.</summary>
internal static class Base58
{
    private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    private static readonly SearchValues<char> s_alphabet = SearchValues.Create(Alphabet);

    internal static string Encode(ReadOnlySpan<byte> data)
    {
        var zeros = 0;
        while (zeros < data.Length && data[zeros] == 0)
        {
            zeros++;
        }

        // log(256) / log(58) < 1.38
        Span<byte> digits = stackalloc byte[(data.Length * 138 / 100) + 1];
        var count = 0;
        foreach (var value in data[zeros..])
        {
            int carry = value;
            for (var i = 0; i < count || carry != 0; i++)
            {
                carry += i < count ? digits[i] << 8 : 0;
                digits[i] = (byte)(carry % 58);
                carry /= 58;
                count = Math.Max(count, i + 1);
            }
        }

        Span<char> text = stackalloc char[zeros + count];
        text[..zeros].Fill(Alphabet[0]);
        for (var i = 0; i < count; i++)
        {
            text[zeros + i] = Alphabet[digits[count - 1 - i]];
        }

        return new(text);
    }

    /// <summary>Decodes at most as many bytes as the destination has.</summary>
    /// <param name="text">The text.</param>
    /// <param name="destination">Room for the result.</param>
    /// <param name="written">Number of bytes decoded; on failure, the index of the first character that is not in the alphabet, or -1 when the result is too long.</param>
    /// <returns>Whether the text could be decoded.</returns>
    internal static bool TryDecode(ReadOnlySpan<char> text, Span<byte> destination, out int written)
    {
        written = text.IndexOfAnyExcept(s_alphabet);
        if (written >= 0)
        {
            return false;
        }

        var zeros = text.IndexOfAnyExcept(Alphabet[0]);
        zeros = zeros < 0 ? text.Length : zeros;
        var count = 0;
        foreach (var character in text[zeros..])
        {
            var carry = Alphabet.IndexOf(character, StringComparison.Ordinal);
            for (var i = 0; i < count || carry != 0; i++)
            {
                if (i == destination.Length)
                {
                    return false;
                }

                carry += i < count ? destination[i] * 58 : 0;
                destination[i] = (byte)carry;
                carry >>= 8;
                count = Math.Max(count, i + 1);
            }
        }

        if (zeros + count > destination.Length)
        {
            return false;
        }

        destination[count..(count + zeros)].Clear();
        written = zeros + count;
        destination[..written].Reverse();
        return true;
    }
}
